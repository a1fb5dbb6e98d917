import { constants } from 'node:os';

/**
 * Turns the first SIGINT or SIGTERM into an abort of the work, which ends in order, and the second into the end. `code` is
 * the exit code that says which signal it was.
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
