/** Writes what to put in place of a mistake: for a file, or for the command line. */
import type { Entry } from './foreign-keys.ts';
import { inYaml } from './meant.ts';
import { type SettingKey, settingKeys } from './schema.ts';
import { rangeKeys } from './sweep-schema.ts';
import { isMap, type Path } from './yaml.ts';

/** Whether a value of a setting is several values, which belong under `sweep`. */
export function isAxis(key: SettingKey, value: unknown): boolean {
  if (isMap(value)) return rangeKeys.some(name => Object.hasOwn(value, name));
  if (key === 'hiddenDims') return Array.isArray(value) && value.length > 0 && value.every(Array.isArray);
  return Array.isArray(value);
}

/** Entries of the map at `path` of a file: `learningRate: 0.001`; at the top level, axes are written under `sweep`. */
export function inFile(path: Path, entries: readonly Entry[]): string {
  const isMisplaced = ([key, value]: Entry) =>
    path.length === 0 && settingKeys.some(name => name === key && isAxis(name, value));
  const axes = entries.filter(isMisplaced);
  const lines = entries
    .filter(entry => !isMisplaced(entry))
    .map(([key, value]) => `${key}: ${inYaml(value)}`);
  return [...lines, ...(axes.length > 0 ? [inSweep(axes)] : [])].join(', ');
}

/** `sweep: { batchSize: [5, 10] }`. */
export const inSweep = (entries: readonly Entry[]): string => `sweep: ${inYaml(Object.fromEntries(entries))}`;

/** `--set` with a word: in double quotes, which every shell takes, cmd.exe no others; in single ones if bash would look into it. */
export function asOption(word: string): string {
  if (/^[\w=.,+-]+$/.test(word)) return `--set ${word}`;
  return /["$`\\!]/.test(word) ? `--set '${word.replaceAll("'", `'\\''`)}'` : `--set "${word}"`;
}

/** Entries as options: `--set learningRate=0.001`. */
export const asOptions = (entries: readonly Entry[]): string =>
  entries.map(([key, value]) => asOption(`${key}=${inYaml(value).replaceAll('"', "'")}`)).join(' ');
