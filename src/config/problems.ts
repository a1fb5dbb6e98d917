/** What is wrong with an experiment, told with the places where it was asked for. */
import { CifarNormError } from '../errors.ts';
import { keysAt } from './schema.ts';
import type { Path, Yaml } from './yaml.ts';

export const KEYS_HINT = 'cifar-norm sweep --help describes every key';
const MOST_PROBLEMS = 10;

export interface Problem {
  /** The values that are at fault; those that were left to their defaults are passed over in telling the place. */
  readonly paths: readonly [Path, ...Path[]];
  readonly message: string;
  /** The path ends in a key that does not exist. */
  readonly unknownKey?: boolean;
}

/** A place in the experiment that an override has set. */
export interface Written {
  readonly path: readonly string[];
  /** The key as the user gave it, and the whole option for messages. */
  readonly key: string;
  readonly option: string;
}

/** Where an experiment came from. */
export interface Source {
  readonly file: string;
  readonly yaml: Yaml;
  readonly written: readonly Written[];
  /** The sweep is one grid and no list of them, and so its paths have no number. */
  readonly loneGrid: boolean;
}

/** One error for all the problems, each as `file:line:column path: what is wrong` or `--set key=value: ..`. */
export function problemsError(problems: readonly Problem[], source: Source): CifarNormError {
  const told = problems.map(problem => describe(problem, source)).sort((a, b) => a.line - b.line);
  const lines = [...new Set(told.map(({ text }) => text))];
  const listed = lines.slice(0, MOST_PROBLEMS);
  if (lines.length > listed.length) listed.push(`and ${lines.length - listed.length} more`);
  const message = lines.length === 1 ? lines[0]! : [`${lines.length} problems`, ...listed].join('\n  ');
  const unknown = problems.find(({ unknownKey }) => unknownKey);
  const keys = unknown && `; the keys here are ${keysAt(unknown.paths[0].slice(0, -1)).join(', ')}`;
  return new CifarNormError('config', message, `${KEYS_HINT}${keys ?? ''}`);
}

/** The line is 0 for what an override has set. */
function describe(
  { paths, message, unknownKey }: Problem,
  { file, yaml, written, loneGrid }: Source,
): { line: number; text: string } {
  const hasNumber = (path: Path) => path[0] === 'sweep' && typeof path[1] === 'number';
  const places = paths.map(path => (loneGrid && hasNumber(path) ? path.toSpliced(1, 1) : path));
  for (const path of places) {
    const set = written.findLast(({ path: start }) => startsWith(path, start));
    if (set) {
      const rest = path.slice(set.path.length);
      return {
        line: 0,
        text: `${set.option}: ${rest.length > 0 ? label([set.key, ...rest]) : ''}${message}`,
      };
    }
  }
  const path = places.find(place => yaml.position(place, 'key')) ?? places[0]!;
  const set = written.find(({ path: longer }) => startsWith(longer, path));
  if (set && !yaml.position(path, 'key')) {
    return { line: 0, text: `${set.option}: ${label(path)}${message}` };
  }
  // What is missing has no place of its own: the map around it must do.
  const around = path.map((_, steps) => path.slice(0, path.length - steps));
  const positions = around.map(place => yaml.position(place, unknownKey ? 'key' : 'value'));
  const { line, column } = positions.find(position => position) ?? { line: 1, column: 1 };
  return { line, text: `${file}:${line}:${column} ${label(path)}${message}` };
}

function label(path: Path): string {
  return path.length > 0 ? `${path.join('.')}: ` : '';
}

function startsWith(path: Path, start: Path): boolean {
  return start.every((step, index) => String(path[index]) === String(step));
}
