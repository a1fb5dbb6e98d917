/** Tells what to write instead, for common mistakes. */
import { measureNames } from '../records/measures.ts';
import { didYouMean } from './explain.ts';
import { axisMeant, type Entry, translated, valueMeant } from './foreign-keys.ts';
import { asOptions, inSweep, isAxis } from './instead.ts';
import { type LookAlike, lookAlikeIn, withoutLookAlikes } from './look-alikes.ts';
import { inYaml, listMeant, numberMeant } from './meant.ts';
import { nearest } from './nearest.ts';
import type { Problem } from './problems.ts';
import { experimentSchema, isTextKey, keysAt, settingKeys, settingSchema } from './schema.ts';
import { axisSchema, rangeKeys } from './sweep-schema.ts';
import { boundsShape } from './where-schema.ts';
import { isMap, type Path, readYaml } from './yaml.ts';

/** What a problem says beside what is wrong. */
type Advice = Pick<Problem, 'message' | 'instead' | 'lookAlike'>;

/** What to say about `key` in the map at `path`, where no such key exists. `map` is all of that map. */
export function unknownKey(path: Path, key: string, map: unknown): Advice {
  const value = isMap(map) ? map[key] : undefined;
  const lookAlike = lookAlikeOf(key);
  if (lookAlike) return { message: 'unknown key', lookAlike };
  const known = keysAt(path);
  if (path[0] === 'sweep' && known.includes('group')) {
    if (key === 'seed') return { message: `seed cannot be swept; ${severalSeeds(value)}` };
    if (Object.hasOwn(experimentSchema.shape, key))
      return { message: `${key} cannot be swept; move it out of sweep` };
  }
  if (path[0] === 'expect' && path.length === 2 && measureNames.some(name => name === key))
    return {
      message: `this is a measure; write measure: ${key} and a bound beside it, such as ${boundLike(value)}`,
    };
  const { entries, say } =
    known === rangeKeys ? { entries: rangeMeant(path, map), say: undefined } : translated(key, value);
  const instead = entries.filter(([name]) => known.includes(name) || known === rangeKeys);
  if (instead.length === 0)
    return { message: say === undefined ? `unknown key${didYouMean(key, known)}` : `unknown key; ${say}` };
  const isRight = instead.every(([name, each]) => accepts(path, name, each));
  if (isRight) return { message: 'unknown key', instead };
  return { message: `unknown key; the key here is ${instead.map(([name]) => name).join(' or ')}` };
}

/** The axis that a map of other keys than ours describes, such as `{ values: [1, 2] }` of wandb. */
function rangeMeant(path: Path, map: unknown): Entry[] {
  const [key, axis] = [path.at(-1), axisMeant(map)];
  return typeof key === 'string' && axis !== map ? [[key, axis]] : [];
}

/** A bound with the value given for the measure: a number, or bounds. */
function boundLike(value: unknown): string {
  const [bound] = isMap(value) ? Object.entries(value).filter(([key]) => key in boundsShape) : [];
  if (bound) return `${bound[0]}: ${inYaml(bound[1])}`;
  return `atLeast: ${typeof value === 'number' ? value : 0.3}`;
}

/** A problem for each key at the top level whose value would be right under `sweep`. */
export function misplacedLists(experiment: Readonly<Record<string, unknown>>): Problem[] {
  const lists = settingKeys.filter(key => isAxis(key, experiment[key]));
  const problems = lists.map(key => ({
    paths: [[key]] as [Path],
    message: `a list of values belongs under sweep, as in ${inSweep([[key, experiment[key]]])}`,
  }));
  const { seed } = experiment;
  if (!Array.isArray(seed)) return problems;
  return [{ paths: [['seed']], message: `expected one seed; ${severalSeeds(seed)}` }, ...problems];
}

function severalSeeds(value: unknown): string {
  if (Array.isArray(value) && value.length > 1)
    return `seeds: ${inYaml(value)} runs everything with each of them`;
  return 'replicates: 5 runs everything with 5 seeds, counting up from seed';
}

/** What to say about a value of a wrong kind at `path`, beside `expected`. */
export function wrongValue(path: Path, value: unknown, expected: string, siblings: number): Advice {
  const message = expected;
  const isText = expected.startsWith('expected text');
  if (isText && (typeof value === 'number' || typeof value === 'boolean'))
    return { message: `${message}; put it in quotes` };
  if (isText && value === null && path.at(-1) === 'data')
    return { message: `${message}; for the home folder write ~/` };
  if (path.includes('hiddenDims') && typeof value === 'number' && /expected a list/.test(expected))
    return { message: `${message}; write [${value}]` };
  if (isMap(value)) {
    const [place, key] = placeOf(path);
    const axis = valueMeant(key, axisMeant(value));
    return axis !== value && accepts(place, key, axis) ? { message, instead: [[key, axis]] } : { message };
  }
  if (typeof value !== 'string' || isTextKey(path)) return { message };
  const lookAlike = lookAlikeOf(value);
  if (lookAlike) return { message, lookAlike };
  return meantBy(path, value, message, siblings) ?? { message };
}

/** What a text was meant to be, if that is right at its place. */
function meantBy(path: Path, text: string, message: string, siblings: number): Advice | undefined {
  const [place, key] = placeOf(path);
  const number = numberMeant(text);
  if (number !== undefined && accepts(place, key, number))
    return {
      message: `${message}; write ${isNumber(text) ? `${text.trim()} without the quotes` : number}`,
    };
  if (/^\s*(true|false)\s*$/i.test(text) && accepts(place, key, /true/i.test(text)))
    return { message: `${message}; write ${text.trim().toLowerCase()} without the quotes` };
  const list = valueMeant(key, listMeant(text) ?? quoted(text));
  const isList = list !== undefined && accepts(place, key, list);
  const thousands = /^\s*\d{1,3}(,\d{3})+\s*$/.test(text) ? Number(text.replaceAll(',', '')) : undefined;
  if (thousands !== undefined && accepts(place, key, thousands)) {
    const or = isList ? `, or ${inYaml(list)} for a list` : '';
    return { message: `${message}; write ${thousands}${or}` };
  }
  if (key === 'seed' && place.length === 0 && Array.isArray(list))
    return { message: `${message}; ${severalSeeds(list)}` };
  if (!isList) return undefined;
  const isItem = typeof path.at(-1) === 'number';
  if (isItem && siblings > 1)
    return Array.isArray(list) ? { message: `${message}; write ${list.map(inYaml).join(', ')}` } : undefined;
  const decimal = /^\s*\d+,\d+\s*$/.test(text) ? Number(text.replace(',', '.')) : undefined;
  if (decimal !== undefined && accepts(place, key, decimal))
    return { message: `${message}; write ${decimal}, or ${inYaml(list)} for a list` };
  return { message, instead: [[key, list]] };
}

/** The map and the key that a value or an item of a list belongs to. */
function placeOf(path: Path): [place: Path, key: string] {
  const end = path.findLastIndex(step => typeof step === 'string');
  return [path.slice(0, Math.max(0, end)), String(path[end] ?? '')];
}

const isNumber = (text: string): boolean => /^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i.test(text);

/** A list or a map that stands in quotes. */
function quoted(text: string): unknown {
  if (!/^\s*[[{]/.test(text) || text.length > 1000) return undefined;
  try {
    return readYaml(text, () => '').value;
  } catch {
    return undefined;
  }
}

/** Whether a value is right for a key of the map at `path`, or at the top level as an axis of the sweep. */
function accepts(path: Path, key: string, value: unknown): boolean {
  const setting = settingKeys.find(name => name === key);
  if (setting) {
    const inSweep = path[0] === 'sweep' || path.length === 0;
    return (inSweep ? axisSchema(setting) : settingSchema(setting)).safeParse(value).success;
  }
  if (path.length > 0) return true;
  const shape: Readonly<Record<string, { safeParse(value: unknown): { success: boolean } }>> =
    experimentSchema.shape;
  return Object.hasOwn(shape, key) && shape[key]!.safeParse(value).success;
}

/** The first character of a key or a value that stands for another, if all of it would be ASCII with that one. */
function lookAlikeOf(text: string): LookAlike | undefined {
  const found = lookAlikeIn(text);
  return found && /^[\x20-\x7e]*$/.test(withoutLookAlikes(text)) ? found : undefined;
}

/** `--set key=value` as its author meant `key=value`; undefined if the key is none of ours or of other programs. */
export function optionMeant(key: string, text: string): string | undefined {
  const value = quoted(`[${text}]`) ?? [text];
  const given = Array.isArray(value) && value.length === 1 ? value[0] : value;
  const entries = translated(key, given).entries.filter(([name, each]) => accepts([], name, each));
  if (entries.length > 0) return asOptions(entries);
  const known = nearest(key, keysAt([]));
  return known === undefined ? undefined : asOptions([[known, given]]);
}
