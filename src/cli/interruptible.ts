import { closeSync } from 'node:fs';
import { constants } from 'node:os';
import { isatty } from 'node:tty';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
type Signal = (typeof SIGNALS)[number];

/**
 * Whether the program has a terminal, asked at the start: a closed terminal is none. Without one, SIGHUP ends nothing, because
 * Node cannot know that its parent ignored the signal, as nohup does.
 */
const terminal = [0, 1, 2].filter(fd => isatty(fd));
const hasTerminal = terminal.length > 0;

/** Without a terminal, the first SIGHUP is noted. */
export function noteHangup(note: (text: string) => void): void {
  if (!hasTerminal)
    process.once('SIGHUP', () => note('ignored SIGHUP: the program does not run in a terminal'));
}

/**
 * The first SIGINT, SIGTERM, or SIGHUP of a terminal aborts `signal`, and the work ends in order; the second ends the program at
 * once. `code` gives the exit code of the signal that came.
 */
export function interruptible(cleanUp: () => void) {
  const controller = new AbortController();
  let code: number | undefined;
  const onSignal = (signal: Signal) => {
    const previous = code;
    if (signal === 'SIGHUP') {
      process.off('exit', closeTerminal).once('exit', closeTerminal);
      // A shell and the system may each send it when a terminal is closed.
      if (previous !== undefined) return;
    }
    code = 128 + constants.signals[signal];
    if (previous !== undefined) {
      cleanUp();
      process.exit(code);
    }
    controller.abort();
  };
  const heeded = SIGNALS.filter(signal => signal !== 'SIGHUP' || hasTerminal);
  for (const signal of heeded) process.on(signal, onSignal);
  return {
    signal: controller.signal,
    code: () => code,
    end: () => {
      for (const signal of heeded) process.off(signal, onSignal);
    },
  };
}

/** Node restores a terminal's settings when it ends, and aborts if the terminal is closed: it is left out if its files are closed. */
function closeTerminal(): void {
  for (const fd of terminal) closeSync(fd);
}
