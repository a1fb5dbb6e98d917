/** What a command is given beside its words: where it runs, and how it ends. */
import { join } from 'node:path';
import type { Attempt, Found } from '../data/locate.ts';
import type { DataContext } from '../data/open.ts';
import { interruptible } from './interruptible.ts';
import { type Terminal, terminalOf } from './terminal.ts';

export interface OutputOptions {
  readonly json?: true | undefined;
  readonly quiet?: true | undefined;
  readonly color: boolean;
}

export interface Context {
  /** The words of the command line. What they do not name need not be loaded. */
  readonly words: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Where runs are kept if no other folder is named. */
  readonly resultsFolder: string;
  readonly dataContext: Omit<DataContext, 'config'>;
  terminal(options: OutputOptions): Terminal;
  /** Looks for the data as `--data` and the environment say. */
  findData(option: string | undefined): Promise<Found>;
  /** Sets the exit code of a command that ran, but whose outcome is not good. */
  exit(code: number): void;
  readonly interruptible: typeof interruptible;
}

export function contextOf(words: readonly string[], exit: (code: number) => void): Context {
  const [cwd, env] = [process.cwd(), process.env];
  const dataContext = { cwd, env };
  return {
    ...{ words, cwd, env, exit, dataContext, interruptible },
    resultsFolder: join(cwd, 'results'),
    terminal: ({ color, quiet = false }) => terminalOf({ color, quiet }),
    findData: async option =>
      (await import('../data/open.ts')).findData(option, { ...dataContext, config: undefined }),
  };
}

export const attemptText = ({ where, outcome }: Attempt): string => `  ${where}: ${outcome}`;
