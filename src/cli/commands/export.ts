import { join } from 'node:path';
import { CifarNormError } from '../../errors.ts';
import { findRun } from '../../store/status.ts';
import { writeViews } from '../../store/stored-run.ts';
import type { OutputOptions } from '../program.ts';
import { terminalOf } from '../terminal.ts';

/** Writes a run's CSV files and manifest anew from its journal, also while it is going on. */
export async function exportRun(name: string, options: OutputOptions): Promise<void> {
  const terminal = terminalOf({ color: options.color, quiet: options.quiet ?? false });
  const run = await findRun(name, process.cwd(), join(process.cwd(), 'results'));
  try {
    for (const line of run.damaged) terminal.tell(`line ${line} of the journal is damaged and left out`);
    const files = await writeViews(run).catch((error: Error) => {
      throw new CifarNormError('run', `cannot write to ${run.folder}: ${error.message}`);
    });
    if (options.json)
      terminal.print(JSON.stringify({ folder: run.folder, files, trials: run.results.length }));
    else terminal.print(files.map(file => join(run.folder, file)).join('\n'));
  } finally {
    await run.close();
  }
}
