import { join } from 'node:path';
import { loadDataset } from '../../data/load.ts';
import { describe } from '../../plan/trial.ts';
import { findRun } from '../../store/status.ts';
import { type Comparison, verifyRun } from '../../run/verify.ts';
import { interruptible } from '../interruptible.ts';
import { located } from '../located.ts';
import type { Exit, VerifyOptions } from '../program.ts';
import { progressOf } from '../progress.ts';
import { terminalOf } from '../terminal.ts';

/** Runs trials again and compares them with the journal, bit for bit. */
export async function verify(name: string, options: VerifyOptions, exit: Exit): Promise<void> {
  const terminal = terminalOf({ color: options.color, quiet: options.quiet ?? false });
  const progress = progressOf(terminal, () => performance.now());
  const interruption = interruptible(progress.stop);
  const run = await findRun(name, process.cwd(), join(process.cwd(), 'results'));
  try {
    const { kind } = run.head.run.data;
    const source = kind === 'synthetic' ? kind : run.invocation?.dataSource;
    const { place } = await located(options.data ?? source, undefined);
    await progress.start(`reading ${place.kind === 'synthetic' ? 'synthetic data' : place.path}`);
    const dataset = await loadDataset(place, { test: false });
    const comparisons = await verifyRun(run, dataset, {
      trials: options.trials,
      workers: options.workers,
      signal: interruption.signal,
      onCompared: ({ trial, difference }, done, total) =>
        progress.step(done, total, `${describe(trial)}: ${difference ?? 'the same bits'}`),
    });
    progress.stop();
    const different = comparisons.filter(({ difference }) => difference !== undefined);
    const code = interruption.code();
    if (options.json) terminal.print(jsonOf(run.folder, comparisons, code !== undefined));
    else {
      for (const { trial, difference } of different)
        terminal.print(`trial ${trial.index} (${describe(trial)}) differs: ${difference}`);
      terminal.print(
        code !== undefined
          ? `Interrupted: ${comparisons.length} trials were run again, and ${different.length} of them differ.`
          : different.length === 0
            ? `${comparisons.length} trials run again: the same bits in every loss and accuracy.`
            : `${different.length} of ${comparisons.length} trials differ.`,
      );
    }
    if (different.length > 0) exit(1);
    if (code !== undefined) exit(code);
  } finally {
    progress.stop();
    await run.close();
    interruption.end();
  }
}

/** `same` is null when an interruption left it open. */
function jsonOf(folder: string, comparisons: readonly Comparison[], interrupted: boolean): string {
  const trials = comparisons.map(({ trial, difference }) => ({
    trial: trial.index,
    same: difference === undefined,
    ...(difference !== undefined && { difference }),
  }));
  const same = trials.every(trial => trial.same) ? (interrupted ? null : true) : false;
  return JSON.stringify({ folder, same, trials }, null, 2);
}
