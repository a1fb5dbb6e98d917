/** Reports what is wrong with an experiment, each problem with its place in the file or on the command line. */
import { CifarNormError } from '../errors.ts';
import type { Entry } from './foreign-keys.ts';
import { asOptions, inFile } from './instead.ts';
import type { LookAlike } from './look-alikes.ts';
import { keysAt } from './schema.ts';
import type { Path, Yaml } from './yaml.ts';

export const KEYS_HINT = 'cifar-norm sweep --help describes every key';
/** A longer list would fill the screen many times over. */
const MAX_SHOWN = 100;

export interface Problem {
  /** The values at fault. The problem is reported at the first that the user gave. */
  readonly paths: readonly [Path, ...Path[]];
  readonly message: string;
  /** The path ends in a key that does not exist. */
  readonly unknownKey?: boolean;
  /** What to write in place of the first path. */
  readonly instead?: readonly Entry[] | undefined;
  /** A character of the key that does not exist, or of the value, that stands for another one. */
  readonly lookAlike?: LookAlike | undefined;
  /** What to do, if the list of keys does not help. */
  readonly hint?: string | undefined;
}

/** A place in the experiment that an override set. */
export interface Written {
  readonly path: readonly string[];
  /** The key as the user wrote it, and the whole option for messages. */
  readonly key: string;
  readonly option: string;
  /** The value as it was written. */
  readonly yaml: Yaml;
}

/** Where an experiment came from. */
export interface Source {
  readonly file: string;
  readonly yaml: Yaml;
  readonly written: readonly Written[];
  /** The sweep is written as a single grid, not a list, so that its paths have no number. */
  readonly loneGrid: boolean;
}

/** One error that lists all problems, each as `file:line:column path: message` or `--set key=value: message`. */
export function problemsError(problems: readonly Problem[], source: Source): CifarNormError {
  const described = problems.map(problem => describe(problem, source)).sort((a, b) => a.line - b.line);
  const lines = [...new Set(described.map(({ text }) => text))];
  // A suggestion makes the list of all keys unnecessary.
  const unknown = problems.find(
    ({ unknownKey, message, instead, lookAlike }) =>
      unknownKey && !instead && !lookAlike && message === 'unknown key',
  );
  const keys = unknown && `; the keys here are ${keysAt(unknown.paths[0].slice(0, -1)).join(', ')}`;
  const hint = problems.length === 1 ? problems[0]!.hint : undefined;
  return new CifarNormError('config', listed(lines), hint ?? `${KEYS_HINT}${keys ?? ''}`);
}

function listed(lines: readonly string[]): string {
  if (lines.length === 1) return lines[0]!;
  const isCut = lines.length > MAX_SHOWN;
  const head = `${lines.length} problems${isCut ? `; the first ${MAX_SHOWN}` : ''}`;
  return [head, ...lines.slice(0, MAX_SHOWN).map(line => line.replaceAll('\n', '\n  '))].join('\n  ');
}

/** The line is 0 if an override is to blame. */
function describe(
  problem: Problem,
  { file, yaml, written, loneGrid }: Source,
): { line: number; text: string } {
  const { paths, message, unknownKey, instead, lookAlike } = problem;
  const of = unknownKey ? 'key' : 'value';
  const advice = lookAlike ? `; ${lookAlike.advice}` : '';
  const hasNumber = (path: Path) => path[0] === 'sweep' && typeof path[1] === 'number';
  const places = paths.map(path => (loneGrid && hasNumber(path) ? path.toSpliced(1, 1) : path));
  const optionText = ({ option }: Written, start: string) =>
    `${option}: ${start}${message}${instead ? `; write ${asOptions(instead)}` : advice}`;
  for (const path of places) {
    const set = written.findLast(({ path: start }) => startsWith(path, start));
    if (set) {
      const rest = path.slice(set.path.length);
      const start = rest.length > 0 ? label([set.key, ...rest]) : '';
      const pointed = lookAlike && set.yaml.pointAt(lookAlike.char, rest, of);
      return { line: 0, text: [optionText(set, start), ...(pointed ? [pointed.excerpt] : [])].join('\n') };
    }
  }
  const path = places.find(place => yaml.position(place, 'key')) ?? places[0]!;
  const set = written.find(({ path: longer }) => startsWith(longer, path));
  if (set && !yaml.position(path, 'key')) return { line: 0, text: optionText(set, label(path)) };
  // A missing key has no position; use that of the map around it.
  const around = path.map((_, steps) => path.slice(0, path.length - steps));
  const positions = around.map(place => yaml.position(place, of));
  const pointed = lookAlike && yaml.pointAt(lookAlike.char, path, of);
  const { line, column } = pointed?.position ??
    positions.find(position => position) ?? { line: 1, column: 1 };
  const place = path.slice(
    0,
    path.findLastIndex(step => typeof step === 'string'),
  );
  const end = instead ? `; write ${inFile(place, instead)}` : advice;
  const text = `${file}:${line}:${column} ${label(path)}${message}${end}`;
  return { line, text: [text, ...(pointed ? [pointed.excerpt] : [])].join('\n') };
}

function label(path: Path): string {
  return path.length > 0 ? `${path.join('.')}: ` : '';
}

function startsWith(path: Path, start: Path): boolean {
  return start.every((step, index) => String(path[index]) === String(step));
}
