/** From the command line's words to an exit code. Here, and nowhere else, errors become text. */
import { CommanderError } from 'commander';
import { CifarNormError } from '../errors.ts';
import { createProgram } from './program.ts';
import { errorText } from './terminal.ts';

/** 0 well; 1 a check or a trial failed, or the run could not go on; 2 what was asked cannot be done; 128 + n: signal n. */
export async function main(words: readonly string[]): Promise<number> {
  // Whoever reads the result may stop reading: that is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
    throw error;
  });
  let exitCode = 0;
  const program = await createProgram(words, code => {
    exitCode = code;
  });
  try {
    await program.parseAsync(words, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (!(error instanceof CifarNormError)) throw error;
    const color = process.stderr.isTTY && !process.env.NO_COLOR && !words.includes('--no-color');
    process.stderr.write(errorText(error.message, error.hint, color));
    return error.code === 'run' ? 1 : 2;
  }
}
