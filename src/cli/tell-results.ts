import { relative } from 'node:path';
import { shellPath } from '../report/text.ts';
import type { Terminal } from './terminal.ts';

/** Says where a finished run is, and how to look at it. */
export function tellResults(terminal: Terminal, folder: string, cwd: string): void {
  const path = relative(cwd, folder) || '.';
  const shown = path.startsWith('..') ? folder : path;
  terminal.tell(`Results: ${shown}`);
  terminal.step(`Page:    cifar-norm report ${shellPath(shown)} --open`);
}
