/** The command's streams, and what they can show, decided once. */
import { WriteStream } from 'node:tty';
import picocolors from 'picocolors';

export interface Terminal {
  /** Columns of stdout. */
  readonly width: number;
  /** Whether stdout, and whether stderr, may be colored. */
  readonly color: boolean;
  readonly progressColor: boolean;
  /** Whether progress may be redrawn in place. */
  readonly live: boolean;
  /** The result, to stdout. */
  print(text: string): void;
  /** Progress, to stderr unless --quiet. */
  tell(text: string): void;
  /** Problems, to stderr also under --quiet. */
  warn(text: string): void;
}

const DEFAULT_WIDTH = 80;
const MAX_WIDTH = 120;

/** Color needs a terminal, and neither NO_COLOR (https://no-color.org) nor --no-color. */
export function mayColor(stream: NodeJS.WriteStream, wished: boolean): boolean {
  const { NO_COLOR, TERM } = process.env;
  return stream instanceof WriteStream && wished && !NO_COLOR && TERM !== 'dumb';
}

export function terminalOf(wish: { readonly color: boolean; readonly quiet: boolean }): Terminal {
  const { stdout, stderr, env } = process;
  // A pseudo-terminal that reports 0 columns makes spinners write forever.
  for (const stream of [stdout, stderr]) if (stream.isTTY) stream.columns ||= DEFAULT_WIDTH;
  return {
    width: Math.min(stdout.columns ?? DEFAULT_WIDTH, MAX_WIDTH),
    color: mayColor(stdout, wish.color),
    progressColor: mayColor(stderr, wish.color),
    live: stderr instanceof WriteStream && !wish.quiet && !env.CI && env.TERM !== 'dumb',
    print: text => void stdout.write(`${text}\n`),
    warn: text => void stderr.write(`${text}\n`),
    tell: text => void (wish.quiet || stderr.write(`${text}\n`)),
  };
}

export const errorText = (message: string, hint: string | undefined, color: boolean): string => {
  const { red, bold } = picocolors.createColors(color);
  return `${red(bold('error:'))} ${message}\n${hint === undefined ? '' : `  hint: ${hint}\n`}`;
};
