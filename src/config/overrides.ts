/** `--set key=value`: changes to an experiment, as if the file said so. */
import { CifarNormError } from '../errors.ts';
import { KEYS_HINT, type Written } from './problems.ts';
import { experimentSchema, type SettingKey, settingKeys, settingSchema } from './schema.ts';
import { FORBIDDEN_KEYS, isMap, readYaml } from './yaml.ts';

type Plain = Readonly<Record<string, unknown>>;

/**
 * Applies `key=value` strings in order. Values are YAML; the schema checks them later.
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
    const { key, option, value } = parse(text);
    for (const [path, placed] of changesOf(key, value, changed as Plain)) {
      changed = setIn(changed, path, placed, option);
      written.push({ path, key, option });
    }
  }
  return { experiment: changed as Plain, written };
}

function parse(text: string): { key: string; option: string; value: unknown } {
  const option = `--set ${text.length > 80 ? `${text.slice(0, 79)}…` : text}`;
  const [key] = text.split('=', 1) as [string];
  if (key.trim() === '' || key === text) {
    throw new CifarNormError('usage', `${option}: expected key=value`, 'for example --set epochs=3');
  }
  const { value } = readYaml(text.slice(key.length + 1), () => `${option}:`);
  const usual = usualValue(key.trim());
  if (usual !== undefined && text.slice(key.length + 1).trim() === '') {
    throw new CifarNormError(
      'usage',
      `${option}: no value after the =`,
      `write one, or ${key.trim()}=null for the default, ${JSON.stringify(usual)}`,
    );
  }
  return { key: key.trim(), option, value };
}

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
