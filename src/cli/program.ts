/** The command line. Each command registers itself, and loads what it needs when it is called. */
import { Command } from '@commander-js/extra-typings';
import { version } from '../version.ts';
import { registerAnswer } from './commands/answer.ts';
import { registerCompare } from './commands/compare.ts';
import { registerData } from './commands/data.ts';
import { registerExport } from './commands/export.ts';
import { registerGradcheck } from './commands/gradcheck.ts';
import { registerQueue, registerWorker } from './commands/queue.ts';
import { registerReport } from './commands/report.ts';
import { registerRun } from './commands/run.ts';
import { registerMerge, registerShards } from './commands/shards.ts';
import { registerShow } from './commands/show.ts';
import { registerRuns, registerStatus } from './commands/status.ts';
import { registerVerify } from './commands/verify.ts';
import type { Context } from './context.ts';
import { helpFormat, output } from './help.ts';

const EXAMPLES = `
Start here:
  cifar-norm sweep weight-scale     batch norm against none over twenty weight scales
  cifar-norm train deep-net         one deep net, with and without batch norm
  cifar-norm gradcheck              check every gradient`;

export async function createProgram(context: Context): Promise<Command> {
  const program = new Command('cifar-norm')
    .description(
      'Trains the nets of the CS231n batch-normalization notebook on CIFAR-10, with the same bits everywhere.',
    )
    .version(version)
    .configureHelp(helpFormat)
    .configureOutput(output)
    .addHelpText('after', EXAMPLES);
  registerGradcheck(program, context);
  await registerRun(program, context);
  for (const register of [
    registerAnswer,
    registerShow,
    registerReport,
    registerCompare,
    registerStatus,
    registerRuns,
    registerExport,
    registerVerify,
    registerWorker,
    registerQueue,
    registerMerge,
    registerShards,
    registerData,
  ])
    register(program, context);
  for (const command of [program, ...program.commands].flatMap(each => [each, ...each.commands]))
    command.exitOverride();
  return program as unknown as Command;
}
