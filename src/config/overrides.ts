/** `--set key=value`: changes to an experiment, as if the file said so. */
import { CifarNormError } from '../errors.ts';
import { asOption } from './instead.ts';
import { lookAlikeIn } from './look-alikes.ts';
import { KEYS_HINT, type Written } from './problems.ts';
import { experimentSchema, isTextKey, type SettingKey, settingKeys, settingSchema } from './schema.ts';
import { FORBIDDEN_KEYS, hasComment, isMap, readYaml, type Yaml } from './yaml.ts';

type Plain = Readonly<Record<string, unknown>>;

/**
 * Applies `key=value` strings in order. Values are YAML without comments, or text for the keys whose values are text (`title=#1 try`);
 * the schema checks them later.
 *
 * A setting's key changes every trial. One value (`normalization=none`) becomes the base value and replaces the key's
 * axis in each grid that has one. Several values (`batchSize=[5, 10]`, or a range) become the key's axis in every grid;
 * a new axis is the slowest, so that the whole grid runs once per value. Both take the key out of a grid's zip;
 * `sweep.zip.batchSize=[5, 10]` changes the values there. Any other key is set as it stands, and
 * dots reach into maps and lists: `sweep.0.batchSize=[5, 10]`. An empty value or null removes a key
 * (`builtTogether=`). Keys that have a default accept only null (`epochs=null`), because an empty value is likely a slip.
 *
 * @throws CifarNormError (usage, config) if an override cannot be parsed or its key leads nowhere.
 */
export function applyOverrides(
  experiment: Plain,
  overrides: readonly string[],
): { experiment: Plain; written: Written[] } {
  const written: Written[] = [];
  let changed: unknown = experiment;
  for (const text of overrides) {
    const { key, option, value, yaml } = parse(text);
    for (const [path, placed] of changesOf(key, value, changed as Plain)) {
      changed = setIn(changed, path, placed, option);
      written.push({ path, key, option, yaml });
    }
  }
  return { experiment: changed as Plain, written };
}

function parse(text: string): { key: string; option: string; value: unknown; yaml: Yaml } {
  const shown = text.replace(/\s+/g, ' ');
  const option = `--set ${shown.length > 80 ? `${shown.slice(0, 79)}…` : shown}`;
  const refuse = (message: string, hint: string): never => {
    throw new CifarNormError('usage', `${option}: ${message}`, hint);
  };
  const [written] = text.split('=', 1) as [string];
  const key = written.trim();
  if (/^['"]/.test(key)) {
    const inside = /^(['"])([^'"]+=[^'"]*)\1?$/.exec(text)?.[2] ?? 'batchSize=[5, 10, 50]';
    refuse(
      `the key begins with ${key[0]}`,
      `cmd.exe keeps single quotes as they are: write ${asOption(inside)}`,
    );
  }
  if (key === '' || written === text) {
    const lookAlike = lookAlikeIn(text);
    const [, name, value] = /^\s*([\w.]+)(?::\s*|\s+)(\S.*)$/.exec(text) ?? [];
    const meant = name === undefined ? 'epochs=3' : `${name}=${value}`;
    refuse(`expected key=value${lookAlike ? `; ${lookAlike.advice}` : ''}`, `for example ${asOption(meant)}`);
  }
  const given = text.slice(written.length + 1);
  const yaml = readValue(key, given, option);
  const usual = usualValue(key);
  // Of a path, a shell variable that is not set leaves nothing.
  if ((usual !== undefined || key === 'data') && given.trim() === '') {
    const effect = usual === undefined ? 'to take it away' : `for the default, ${JSON.stringify(usual)}`;
    refuse('no value after the =', `write one, or ${key}=null ${effect}`);
  }
  return { key, option, value: yaml.value, yaml };
}

/** The value of an override: the text itself for a key whose value is text, else YAML without comments. */
function readValue(key: string, text: string, option: string): Yaml {
  const trimmed = text.trim();
  const isNull = /^(null)?$/i.test(trimmed);
  const isQuoted = /^("([^"\\]|\\.)*"|'([^']|'')*')$/s.test(trimmed);
  const isBlock = /^[|>][-+\d]*\s*\n/.test(trimmed);
  const isText = isTextKey(key.split('.'));
  if (isText && !isNull && !isQuoted && !isBlock) return asText(trimmed);
  const yaml = readYaml(text, () => `${option}:`);
  if (!hasComment(text)) return yaml;
  if (typeof yaml.value === 'object' && yaml.value !== null)
    throw new CifarNormError(
      'usage',
      `${option}: what follows the # is a comment in YAML, and would be lost`,
      'remove it, or put the text in quotes',
    );
  return asText(trimmed);
}

const asText = (value: string): Yaml => ({ value, position: () => undefined, pointAt: () => undefined });

/** The default of a key; undefined if it has none, or if it may be empty, as a sweep may. */
function usualValue(key: string): unknown {
  if (key === 'sweep' || !Object.hasOwn(experimentSchema.shape, key)) return undefined;
  return experimentSchema.shape[key as keyof typeof experimentSchema.shape].safeParse(undefined).data;
}

/** Every place that an override of `key` changes, with its new value; null removes it. */
function changesOf(key: string, value: unknown, experiment: Plain): [path: string[], value: unknown][] {
  if (!isSetting(key)) return [[key.split('.'), value]];
  const { sweep = {} } = experiment;
  const grids: [string[], unknown][] = Array.isArray(sweep)
    ? sweep.map((grid, index) => [['sweep', String(index)], grid])
    : [[['sweep'], sweep]];
  const several = typeof value === 'object' && value !== null && !settingSchema(key).safeParse(value).success;
  const inGrids = grids.flatMap(([path, grid]): [string[], unknown][] => {
    if (!isMap(grid)) return [];
    const isZipped = isMap(grid.zip) && Object.hasOwn(grid.zip, key);
    if (!several && !isZipped && !Object.hasOwn(grid, key)) return [];
    const unzipped: [string[], unknown][] = isZipped ? [[[...path, 'zip', key], null]] : [];
    return [...unzipped, [[...path, key], value]];
  });
  return several ? inGrids : [[[key], value], ...inGrids];
}

function isSetting(key: string): key is SettingKey {
  return settingKeys.some(known => known === key);
}

/** A copy of `node` with `value` at `path`; null removes a key, and a new key comes first in its map. */
function setIn(node: unknown, path: readonly string[], value: unknown, option: string, depth = 0): unknown {
  const step = path[depth];
  if (step === undefined) return value;
  const fail = (message: string): never => {
    throw new CifarNormError('usage', `${option}: ${message}`, KEYS_HINT);
  };
  const place = path.slice(0, depth).join('.');
  if (Array.isArray(node)) {
    const index = node.findIndex((_, i) => String(i) === step);
    if (index < 0)
      fail(`${place} has ${node.length} ${node.length === 1 ? 'item' : 'items'}, counted from ${place}.0`);
    return node.with(index, setIn(node[index], path, value, option, depth + 1));
  }
  const map = node === undefined && depth === 1 ? {} : node;
  if (!isMap(map)) return fail(`${place} has no keys below it`);
  if (FORBIDDEN_KEYS.includes(step)) fail(`unknown key ${step}`);
  const { [step]: old, ...others } = map;
  if (value === null && depth === path.length - 1) return others;
  const changed = { [step]: setIn(old, path, value, option, depth + 1) };
  return Object.hasOwn(map, step) ? { ...map, ...changed } : { ...changed, ...map };
}

/** Changes by key as `key=value` strings, which `applyOverrides` takes; undefined and null take a key away. */
export function overridesOf(
  changes: Readonly<Record<string, unknown>> | readonly string[] = [],
): readonly string[] {
  if (Array.isArray(changes)) return changes;
  return Object.entries(changes).map(([key, value]) => `${key}=${JSON.stringify(value) ?? 'null'}`);
}
