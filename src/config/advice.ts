/** Tells what to write instead, for common mistakes. */
import { measureNames } from '../records/measures.ts';
import { didYouMean, show } from './explain.ts';
import type { Problem } from './problems.ts';
import { experimentSchema, keysAt, type SettingKey, settingKeys } from './schema.ts';
import { rangeKeys } from './sweep-schema.ts';
import { boundsShape } from './where-schema.ts';
import { isMap, type Path } from './yaml.ts';

/** Keys of earlier releases, and their present names. */
const renamedKeys: Readonly<Record<string, string>> = { repeats: 'replicates' };

/** What to say about `key` in the map at `path`, where no such key exists. */
export function unknownKey(path: Path, key: string, value: unknown): string {
  if (Object.hasOwn(renamedKeys, key)) return `this key is called ${renamedKeys[key]} now`;
  const known = keysAt(path);
  if (path[0] === 'sweep' && known.includes('group')) {
    if (key === 'seed') return `seed cannot be swept; ${severalSeeds(value)}`;
    if (Object.hasOwn(experimentSchema.shape, key)) return `${key} cannot be swept; move it out of sweep`;
  }
  if (path[0] === 'expect' && path.length === 2 && measureNames.some(name => name === key))
    return `this is a measure; write measure: ${key} and a bound beside it, such as ${boundLike(value)}`;
  return `unknown key${didYouMean(key, known)}`;
}

/** A bound with the value given for the measure: a number, or bounds. */
function boundLike(value: unknown): string {
  const [bound] = isMap(value) ? Object.entries(value).filter(([key]) => key in boundsShape) : [];
  if (bound) return `${bound[0]}: ${show(bound[1])}`;
  return `atLeast: ${typeof value === 'number' ? value : 0.3}`;
}

/** A problem for each key at the top level whose value would be right under `sweep`. */
export function misplacedLists(experiment: Readonly<Record<string, unknown>>): Problem[] {
  const lists = settingKeys.filter(key => isAxis(key, experiment[key]));
  const problems = lists.map(key => ({
    paths: [[key]] as [Path],
    message: `a list of values belongs under sweep, as in sweep: { ${key}: ${show(experiment[key])} }`,
  }));
  const { seed } = experiment;
  if (!Array.isArray(seed)) return problems;
  return [{ paths: [['seed']], message: `expected one seed; ${severalSeeds(seed)}` }, ...problems];
}

function isAxis(key: SettingKey, value: unknown): boolean {
  if (isMap(value)) return rangeKeys.some(name => Object.hasOwn(value, name));
  if (key === 'hiddenDims') return Array.isArray(value) && value.length > 0 && value.every(Array.isArray);
  return Array.isArray(value);
}

function severalSeeds(value: unknown): string {
  if (Array.isArray(value) && value.length > 1)
    return `seeds: ${show(value)} runs everything with each of them`;
  return 'replicates: 5 runs everything with 5 seeds, counting up from seed';
}

/** How to write a lone width as the list of widths that hiddenDims is; nothing for other keys and values. */
export function writtenAsList(path: Path, value: unknown): string {
  return path.includes('hiddenDims') && typeof value === 'number' ? `; write [${value}]` : '';
}
