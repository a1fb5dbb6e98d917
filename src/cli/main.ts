/** From the words of the command line to an exit code. Only here do errors become text. */
import { CommanderError } from '@commander-js/extra-typings';
import { CifarNormError } from '../errors.ts';
import { explained, isSystemError, refusalOf } from '../files/system-error.ts';
import { contextOf } from './context.ts';
import { onTerminal } from './help.ts';
import { noteHangup } from './interruptible.ts';
import { createProgram } from './program.ts';
import { hintOn } from './slips.ts';
import { errorText, mayColor, say } from './terminal.ts';

/**
 * @returns 0 success; 1 a check, an expectation or a trial failed, or the run could not go on; 2 the request cannot be carried out;
 *   128 + n ended by signal n; see docs/exit-codes.md
 */
export async function main(words: readonly string[]): Promise<number> {
  // The work continues if a reader closes the pipe early or progress cannot be written.
  let unwritten: Error | undefined;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') unwritten = error;
  });
  process.stderr.on('error', () => {});
  noteHangup(text => say(process.stderr, `${text}\n`));
  let exitCode = 0;
  try {
    const context = contextOf(words, code => {
      exitCode = code;
    });
    const program = await createProgram(context);
    await program.parseAsync(words, { from: 'user' }).catch((error: unknown) => {
      // Help and version have been printed.
      if (!(error instanceof CommanderError) || error.exitCode !== 0) throw error;
    });
    // Streams report errors after the write has returned.
    await new Promise(setImmediate);
    // What a closed terminal does not take has been ended by its signal.
    if (unwritten && exitCode <= 128) throw explained(unwritten, 'run', 'cannot write the result to stdout');
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) {
      const hint = await hintOn(error, words);
      if (hint !== undefined)
        say(
          process.stderr,
          onTerminal(
            `  hint: ${hint}
`,
            process.stderr,
          ),
        );
      return 2;
    }
    const problem = isSystemError(error) ? unexpected(error) : error;
    if (!(problem instanceof CifarNormError)) throw error;
    const color = mayColor(process.stderr, !words.includes('--no-color'));
    say(process.stderr, onTerminal(errorText(problem.message, problem.hint, color), process.stderr), color);
    return problem.code === 'run' ? 1 : 2;
  }
}

/** A refusal of the system that no command expects. */
function unexpected(error: NodeJS.ErrnoException): CifarNormError {
  const { reason, cure } = refusalOf(error) ?? { reason: error.message, cure: undefined };
  return new CifarNormError('run', error.path === undefined ? reason : `${error.path}: ${reason}`, cure);
}
