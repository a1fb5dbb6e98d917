/** Shows the progress of a single wait on stderr: a spinner on a terminal, plain lines elsewhere. */
import { oneLine } from '../report/text.ts';
import type { Terminal } from './terminal.ts';

export interface Progress {
  start(text: string): Promise<void>;
  /** `done` of `total` trials; the text says what the last one was. */
  step(done: number, total: number, text: string): void;
  /** A sentence that stays. */
  notice(text: string): void;
  /** A problem, shown also under --quiet. */
  warn(text: string): void;
  stop(): void;
}

export function progressOf(terminal: Terminal): Progress {
  let spinner: Spinner | undefined;
  const above = (write: () => void) => {
    spinner?.clear();
    write();
    spinner?.render();
  };
  return {
    async start(text) {
      spinner?.stop();
      spinner = await spin(terminal, text);
      if (!spinner) terminal.step(oneLine(text));
    },
    step(done, total, text) {
      if (spinner) spinner.show(`${done}/${total} trials`);
      else terminal.step(oneLine(`[${done}/${total}] ${text}`));
    },
    notice: text => above(() => terminal.tell(oneLine(text))),
    warn: text => above(() => terminal.warn(oneLine(text))),
    stop() {
      spinner?.stop();
      spinner = undefined;
    },
  };
}

/** A line that turns while the program waits. */
export interface Spinner {
  show(text: string): void;
  clear(): void;
  render(): void;
  stop(): void;
}

/** A spinner on stderr, if progress may be redrawn there. It does not hide the cursor, so nothing needs to be restored. */
export async function spin(
  { progress, progressColor }: Terminal,
  text: string,
): Promise<Spinner | undefined> {
  if (progress !== 'live') return undefined;
  const { default: ora } = await import('ora');
  const spinner = ora({
    text: oneLine(text),
    stream: process.stderr,
    discardStdin: false,
    hideCursor: false,
    ...(!progressColor && { color: false }),
  }).start();
  return {
    show: shown => {
      spinner.text = oneLine(shown);
    },
    clear: () => void spinner.clear(),
    render: () => void spinner.render(),
    stop: () => void spinner.stop(),
  };
}

export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
