/** Paths as users write them. */
import { lookAlikeIn } from './look-alikes.ts';

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
