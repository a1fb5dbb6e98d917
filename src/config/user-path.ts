/** Paths as users write them. */
import { homedir } from 'node:os';
import { CifarNormError } from '../errors.ts';
import { lookAlikeIn } from './look-alikes.ts';

/** Empty for a user who is not in the system's list of users and has no HOME. */
export function homeFolder(): string {
  try {
    return homedir();
  } catch {
    return '';
  }
}

/**
 * A path whose `~` is the home folder: a shell replaces it only at the start of a word.
 * @throws CifarNormError (usage) if there is no home folder
 */
export function expandHome(path: string, home: string = homeFolder()): string {
  if (!/^~(?=[\\/]|$)/.test(path)) return path;
  if (home !== '') return home + path.slice(1);
  throw new CifarNormError('usage', `${path}: there is no home folder`, 'set HOME, or write the whole path');
}

/** What is wrong with a path that begins with a variable, which only a shell replaces; undefined if it does not. */
export function variableIn(path: string): string | undefined {
  const [variable] = /^(\$\w+|\$\{\w+\}|\$env:\w+|%\w+%)(?=[\\/]|$)/i.exec(path.trim()) ?? [];
  if (variable === undefined) return undefined;
  const isHome = /^\W*(env:)?(HOME|USERPROFILE|HOMEPATH)\W*$/i.test(variable);
  return `${variable} is not replaced by its value here; write ${isHome ? '~ for the home folder' : 'the path itself'}`;
}

/** What is wrong with a path as an experiment names it; undefined if nothing can be told without looking for it. */
export function pathFault(path: string): string | undefined {
  const [control] = /\p{Cc}/u.exec(path) ?? [];
  if (control !== undefined) {
    const shown = JSON.stringify(control).slice(1, -1);
    return `the path holds a control character, ${shown}: in double quotes \\ begins an escape; write the path in single quotes, or with / instead of \\`;
  }
  const ends = [path.slice(0, 1), path.slice(-1)];
  const odd = ends.map(lookAlikeIn).find(found => found && /[\p{P}\p{Z}\p{Cf}]/u.test(found.char));
  return odd?.advice ?? variableIn(path);
}
