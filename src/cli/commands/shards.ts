/** `merge` and `shards`: one run on the nodes of a cluster that share nothing but a disk. */
import { resolve } from 'node:path';
import { type Command, Option } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { path, pathOption, paths, wholeNumber, withOutput } from '../options.ts';
import { tellResults } from '../tell-results.ts';

export function registerMerge(program: Command, context: Context): void {
  withOutput(program.command('merge'))
    .argument('<shards...>', 'the folders of all shards of one run', paths)
    .addOption(pathOption('--out <folder>', 'the folder of the whole run').makeOptionMandatory())
    .summary('put the shards of a run together')
    .description(
      'Writes a whole run from the shards that sweep --shard made. The CSV files are those of a run in one piece, byte for byte. A shard that is missing, damaged, of another run or there twice is named, and nothing is written.',
    )
    .addHelpText('after', '\nExamples:\n  cifar-norm merge shards/* --out results/whole')
    .action(async (folders, { out, ...options }) => {
      const [{ mergeShards }, { readRun }, { printRun }] = await Promise.all([
        import('../../run/merge.ts'),
        import('../../store/stored-run.ts'),
        import('../print-run.ts'),
      ]);
      const terminal = context.terminal(options);
      const folder = resolve(context.cwd, out);
      await mergeShards(
        folders.map(shard => resolve(context.cwd, shard)),
        folder,
      );
      const run = await readRun(folder);
      try {
        printRun(run, terminal, { format: options.json ? 'json' : 'text', histories: false, logs: false });
        tellResults(terminal, folder, context.cwd);
      } finally {
        await run.close();
      }
    });
}

export function registerShards(program: Command, context: Context): void {
  program
    .command('shards')
    .argument('<experiment>', 'weight-scale, batch-size, deep-net, or a YAML or JSON file', path)
    .argument('[words...]', 'after --: options of sweep, for all shards')
    .addOption(
      new Option('--slurm <n>', 'print a Slurm job array of n tasks')
        .argParser(wholeNumber(1, 100_000))
        .makeOptionMandatory(),
    )
    .addOption(pathOption('--out <folder>', 'where the shards go').default('shards'))
    .summary('print a job script that runs an experiment in shards')
    .description(
      'Prints a job script for a cluster: one task for each shard of an experiment. Needs a disk that all nodes see.',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  cifar-norm shards weight-scale --slurm 8 > job.sh && sbatch job.sh\n  cifar-norm shards weight-scale --slurm 8 -- --data ~/cifar-10-binary.tar.gz',
    )
    .action(async (experiment, words, { slurm: count, out }) => {
      const [{ loadExperiment }, { slurmScript }] = await Promise.all([
        import('../../config/load.ts'),
        import('../../report/slurm.ts'),
      ]);
      const { name } = await loadExperiment(experiment, [], context.cwd);
      const terminal = context.terminal({ color: false });
      terminal.print(slurmScript({ name, words: ['sweep', experiment, ...words], count, out }));
    });
}
