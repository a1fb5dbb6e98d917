/** From the words of the command line to an exit code. Only here do errors become text. */
import { CommanderError } from '@commander-js/extra-typings';
import { CifarNormError } from '../errors.ts';
import { contextOf } from './context.ts';
import { onTerminal } from './help.ts';
import { createProgram } from './program.ts';
import { errorText, mayColor, say } from './terminal.ts';

/**
 * @returns 0 success; 1 a check or a trial failed, or the run could not go on; 2 the request cannot be carried out;
 *   128 + n ended by signal n
 */
export async function main(words: readonly string[]): Promise<number> {
  // The work continues if a reader closes the pipe early or progress cannot be written.
  let unwritten: Error | undefined;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') unwritten = error;
  });
  process.stderr.on('error', () => {});
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
    if (unwritten) throw new CifarNormError('run', `cannot write the result to stdout: ${unwritten.message}`);
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return 2;
    const problem = isSystemError(error)
      ? new CifarNormError('run', error.message, hints[error.code])
      : error;
    if (!(problem instanceof CifarNormError)) throw error;
    const color = mayColor(process.stderr, !words.includes('--no-color'));
    say(process.stderr, onTerminal(errorText(problem.message, problem.hint, color), process.stderr), color);
    return problem.code === 'run' ? 1 : 2;
  }
}

/** An unexpected refusal of the system: memory, files, processes. */
function isSystemError(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && 'code' in error && 'errno' in error && typeof error.code === 'string';
}

const tooManyFiles = 'raise the limit on open files: ulimit -n 256';
const hints: Readonly<Record<string, string>> = { EMFILE: tooManyFiles, ENFILE: tooManyFiles };
