/**
 * Commands in what users read, as they can type them here. Every room writes `cifar-norm sweep ..`; so do files and pages, which outlive the
 * way in which the program was started.
 */
import { realpathSync } from 'node:fs';
import { delimiter, isAbsolute, join, relative, sep } from 'node:path';
import { shellPath } from '../report/text.ts';

export const COMMANDS = [
  ...['gradcheck', 'train', 'sweep', 'answer', 'show', 'report', 'compare', 'status', 'runs', 'export'],
  ...['verify', 'worker', 'queue', 'merge', 'shards', 'data', 'help'],
];

/** A command or a usage; not a version of the program, a path, or what follows npx. */
const COMMAND = new RegExp(
  String.raw`(?<=^|(?<!npx)[\s(])cifar-norm(?= (?:${COMMANDS.join('|')})(?:[\s,;)]|\.\s|\.?$))|(?<=^Usage: )cifar-norm\b`,
  'gm',
);

export interface Start {
  /** The file that Node was called with. */
  readonly script: string;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
}

/** What to type for `cifar-norm`: the name if the shell finds it, `npx cifar-norm` after npx and npm, else Node with the file. */
export function callOf({ script, env, cwd }: Start): string {
  const own = realPath(script);
  const found = (env.PATH ?? '').split(delimiter).some(
    // npx and npm put these there for the program that they start.
    folder =>
      folder !== '' &&
      !folder.endsWith(join('node_modules', '.bin')) &&
      isOwn(join(folder, 'cifar-norm'), own),
  );
  if (found) return 'cifar-norm';
  const isLocal = script.includes(`${sep}node_modules${sep}`);
  if (isLocal || env.npm_command !== undefined || env.npm_lifecycle_event === 'npx') return 'npx cifar-norm';
  const path = relative(cwd, script);
  return `node ${shellPath(path.startsWith('..') || isAbsolute(path) ? script : path)}`;
}

/** On Windows npm makes a script that starts the program, not a link. */
function isOwn(path: string, own: string | undefined): boolean {
  const real = realPath(path);
  return real !== undefined && (real === own || process.platform === 'win32');
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

let call: string | undefined;

/** Text for people, with its commands as they can be typed. */
export function asTyped(text: string): string {
  if (!text.includes('cifar-norm')) return text;
  call ??= callOf({ script: process.argv[1] ?? '', env: process.env, cwd: process.cwd() });
  return withCall(text, call);
}

export const withCall = (text: string, typed: string): string => text.replace(COMMAND, () => typed);
