import { constants } from 'node:os';

/**
 * The first SIGINT or SIGTERM aborts `signal`, and the work ends in order; the second ends the program at once. `code` gives the
 * exit code of the signal that came.
 */
export function interruptible(cleanUp: () => void) {
  const controller = new AbortController();
  let code: number | undefined;
  const onSignal = (signal: 'SIGINT' | 'SIGTERM') => {
    const previous = code;
    code = 128 + constants.signals[signal];
    if (previous !== undefined) {
      cleanUp();
      process.exit(code);
    }
    controller.abort();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return {
    signal: controller.signal,
    code: () => code,
    end: () => void process.off('SIGINT', onSignal).off('SIGTERM', onSignal),
  };
}
