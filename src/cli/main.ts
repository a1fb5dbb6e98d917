/** From the command line's words to an exit code. Here, and nowhere else, errors become text. */
import { CommanderError } from 'commander';
import { CifarNormError } from '../errors.ts';
import { createProgram } from './program.ts';
import { errorText, mayColor } from './terminal.ts';

/** 0 well; 1 a check or a trial failed, or the run could not go on; 2 what was asked cannot be done; 128 + n: signal n. */
export async function main(words: readonly string[]): Promise<number> {
  // Whoever reads may stop reading, and progress may be lost: the work goes on to its end.
  let unwritten: Error | undefined;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') unwritten = error;
  });
  process.stderr.on('error', () => {});
  let exitCode = 0;
  try {
    const program = await createProgram(words, code => {
      exitCode = code;
    });
    await program.parseAsync(words, { from: 'user' });
    // A stream tells its errors after the writing.
    await new Promise(setImmediate);
    if (unwritten) throw new CifarNormError('run', `cannot write the result to stdout: ${unwritten.message}`);
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const problem = isOfTheSystem(error)
      ? new CifarNormError('run', error.message, hints[error.code])
      : error;
    if (!(problem instanceof CifarNormError)) throw error;
    const color = mayColor(process.stderr, !words.includes('--no-color'));
    process.stderr.write(errorText(problem.message, problem.hint, color));
    return problem.code === 'run' ? 1 : 2;
  }
}

/** What the system refused, and nobody expected to be refused: memory, files, processes. */
function isOfTheSystem(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && 'code' in error && 'errno' in error && typeof error.code === 'string';
}

const tooManyFiles = 'let the program open more files: ulimit -n 256';
const hints: Readonly<Record<string, string>> = { EMFILE: tooManyFiles, ENFILE: tooManyFiles };
