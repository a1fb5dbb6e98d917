/** What the terminal can do, decided once; and where the command's words go. */
import { WriteStream } from 'node:tty';
import picocolors from 'picocolors';

export interface Terminal {
  /** Columns of the result's stream. */
  readonly width: number;
  /** Whether the result, and whether the progress, may be coloured. */
  readonly color: boolean;
  readonly progressColor: boolean;
  /** Whether progress may be drawn over itself. */
  readonly live: boolean;
  /** The result, to stdout. */
  print(text: string): void;
  /** Progress, to stderr; --quiet leaves it out. */
  tell(text: string): void;
  /** What went wrong, to stderr. */
  warn(text: string): void;
}

const DEFAULT_WIDTH = 80;
const MAX_WIDTH = 120;

/** Colour needs a terminal, and neither NO_COLOR (https://no-color.org) nor --no-color. */
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
