/** Paths as users write them. */

/** What is wrong with a path that begins with a variable, which only a shell replaces; undefined if it does not. */
export function variableIn(path: string): string | undefined {
  const [variable] = /^(\$\w+|\$\{\w+\}|\$env:\w+|%\w+%)(?=[\\/]|$)/i.exec(path.trim()) ?? [];
  if (variable === undefined) return undefined;
  const isHome = /^\W*(env:)?(HOME|USERPROFILE|HOMEPATH)\W*$/i.test(variable);
  const cure = isHome ? 'write ~ for the home folder' : 'write the path itself';
  return `${variable} is not replaced by its value here; ${cure}`;
}
