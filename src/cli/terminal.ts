/** The command's streams, and what they can show, decided once. */
import { WriteStream } from 'node:tty';
import picocolors from 'picocolors';
import { CifarNormError } from '../errors.ts';
import { jsonText, safeText } from '../report/text.ts';
import { asTyped } from './as-typed.ts';

export interface Terminal {
  /** Columns of stdout. */
  readonly width: number;
  /** Whether stdout, and whether stderr, may be colored. */
  readonly color: boolean;
  readonly progressColor: boolean;
  readonly progress: ProgressStyle;
  /** Current size of stderr. */
  window(): { readonly columns: number; readonly rows: number };
  /** Whether stdout is a terminal: a live picture then makes room for its lines. */
  readonly isShared: boolean;
  /** The result, to stdout. */
  print(text: string): void;
  /** A document for programs or for a file, to stdout as it is. */
  document(text: string): void;
  /** The result as JSON, to stdout. */
  json(value: unknown): void;
  /** Writes a notice to stderr unless --quiet. */
  tell(text: string): void;
  /** Writes a step of the work to stderr unless progress is none. */
  step(text: string): void;
  /** Problems, to stderr also under --quiet. */
  warn(text: string): void;
  /** Writes text and escape codes to stderr unchanged. */
  draw(text: string): void;
}

/** live: redrawn in place; plain: a line for each step; none: notices and problems only. */
const progressStyles = ['live', 'plain', 'none'] as const;
export type ProgressStyle = (typeof progressStyles)[number];

const DEFAULT_WIDTH = 80;
const DEFAULT_HEIGHT = 24;
const MAX_WIDTH = 120;

/** Color needs a terminal, and neither NO_COLOR (https://no-color.org) nor --no-color. */
export function mayColor(stream: NodeJS.WriteStream, wished: boolean): boolean {
  const { NO_COLOR, TERM } = process.env;
  return stream instanceof WriteStream && wished && !NO_COLOR && TERM !== 'dumb';
}

/** @throws CifarNormError (usage) if CIFAR_NORM_PROGRESS is not one of them */
export function terminalOf(wish: { readonly color: boolean; readonly quiet: boolean }): Terminal {
  const { stdout, stderr, env } = process;
  // A pseudo-terminal that reports 0 columns, now or after a resize, would make spinners write forever.
  for (const stream of [stdout, stderr]) {
    if (!stream.isTTY) continue;
    const widen = () => {
      stream.columns ||= DEFAULT_WIDTH;
    };
    widen();
    stream.on('resize', widen);
  }
  const progress = wish.quiet ? 'none' : (wishedProgress(env) ?? (mayRedraw(stderr, env) ? 'live' : 'plain'));
  const [color, progressColor] = [mayColor(stdout, wish.color), mayColor(stderr, wish.color)];
  return {
    progress,
    width: Math.min(stdout.columns ?? DEFAULT_WIDTH, MAX_WIDTH),
    color,
    progressColor,
    window: () => ({ columns: stderr.columns || DEFAULT_WIDTH, rows: stderr.rows || DEFAULT_HEIGHT }),
    isShared: stdout instanceof WriteStream,
    print: text => say(stdout, `${text}\n`, color),
    document: text => write(stdout, `${text}\n`),
    json: value => write(stdout, `${jsonText(value)}\n`),
    warn: text => say(stderr, `${text}\n`, progressColor),
    tell: text => void (wish.quiet || say(stderr, `${text}\n`, progressColor)),
    step: text => void (progress === 'none' || say(stderr, `${text}\n`, progressColor)),
    draw: text => void stderr.write(text),
  };
}

/** Writes text for people, with commands as they can be typed. */
export const say = (stream: NodeJS.WriteStream, text: string, color = false): void =>
  write(stream, asTyped(text), color);

/** What the program prints passes here, except for live pictures, whose lines are made safe one by one. */
function write(stream: NodeJS.WriteStream, text: string, color = false): void {
  stream.write(safeText(text, color));
}

const mayRedraw = (stream: NodeJS.WriteStream, { CI, TERM }: NodeJS.ProcessEnv): boolean =>
  stream instanceof WriteStream && !CI && TERM !== 'dumb';

function wishedProgress({ CIFAR_NORM_PROGRESS: word }: NodeJS.ProcessEnv): ProgressStyle | undefined {
  if (!word) return undefined;
  const style = progressStyles.find(known => known === word);
  if (style) return style;
  throw new CifarNormError(
    'usage',
    `CIFAR_NORM_PROGRESS is ${JSON.stringify(word)}`,
    `use one of ${progressStyles.join(', ')}`,
  );
}

export const errorText = (message: string, hint: string | undefined, color: boolean): string => {
  const { red, bold } = picocolors.createColors(color);
  const safe = (text: string) => safeText(text, false);
  return `${red(bold('error:'))} ${safe(message)}\n${hint === undefined ? '' : `  hint: ${safe(hint)}\n`}`;
};
