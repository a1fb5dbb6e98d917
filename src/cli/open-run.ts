/** Opens a stored run for a command. */
import type { StoredRun } from '../store/stored-run.ts';
import type { Context } from './context.ts';
import type { Terminal } from './terminal.ts';

/**
 * Opens a run by its folder, or by its name in ./results, and says on stderr what of its journal is left out.
 * @throws CifarNormError if there is no such run, or this program cannot read it
 */
export async function openRun(
  name: string,
  { cwd, resultsFolder }: Pick<Context, 'cwd' | 'resultsFolder'>,
  terminal: Pick<Terminal, 'warn'>,
): Promise<StoredRun> {
  const { findRun } = await import('../store/status.ts');
  const run = await findRun(name, cwd, resultsFolder);
  warnOf(run, name, terminal);
  return run;
}

/** @param name what the user calls the run */
export function warnOf(
  { leftOut, corrupt }: Pick<StoredRun, 'leftOut' | 'corrupt'>,
  name: string,
  terminal: Pick<Terminal, 'warn'>,
): void {
  for (const sentence of leftOut) terminal.warn(`${name}: ${sentence}`);
  if (corrupt.length > 0) terminal.warn(`  hint: ${REPAIR}`);
}

export const REPAIR =
  'to train the trials of corrupt lines again, run the command that began the run with --repair';
