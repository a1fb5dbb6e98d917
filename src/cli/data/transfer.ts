/** Progress of a download on stderr: one spinner on a terminal, one plain line for each tenth elsewhere. */
import { type Spinner, spin } from '../progress.ts';
import type { Terminal } from '../terminal.ts';

export interface Transfer {
  start(text: string): Promise<void>;
  /** So many bytes of the file have been fetched. */
  bytes(bytes: number): void;
  note(text: string): void;
  stop(): void;
}

/**
 * @param total size of the file, in bytes
 * @param now gives milliseconds
 */
export function transferOf(terminal: Terminal, total: number, now: () => number): Transfer {
  let spinner: Spinner | undefined;
  /** The rate counts what came after this. */
  let first: { readonly at: number; readonly bytes: number } | undefined;
  let told = 0;

  const textOf = (bytes: number, begun: { readonly at: number; readonly bytes: number }) => {
    const seconds = (now() - begun.at) / 1000;
    const rate = seconds > 0 ? `, ${megabytes((bytes - begun.bytes) / seconds)}/s` : '';
    return `${Math.floor((100 * bytes) / total)}% of ${megabytes(total)}${rate}`;
  };

  return {
    async start(text) {
      spinner = await spin(terminal, text);
      if (!spinner) terminal.step(text);
    },
    bytes(bytes) {
      // Fewer than before: the download has started again.
      if (first === undefined || bytes < first.bytes) {
        first = { at: now(), bytes };
        told = Math.floor((10 * bytes) / total);
      }
      if (spinner) {
        spinner.show(textOf(bytes, first));
        return;
      }
      const tenth = Math.floor((10 * bytes) / total);
      if (tenth > told) terminal.step(textOf(bytes, first));
      told = tenth;
    },
    note(text) {
      if (spinner) spinner.show(text);
      else terminal.step(text);
    },
    stop() {
      spinner?.stop();
      spinner = undefined;
    },
  };
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
