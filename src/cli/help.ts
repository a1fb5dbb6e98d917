/** Fits help and errors to the width of the terminal. */
import type { Help, OutputConfiguration } from '@commander-js/extra-typings';
import { columnsOf, wrap } from '../report/text.ts';
import { asTyped } from './as-typed.ts';
import { say } from './terminal.ts';

const [LEAST, USUAL, MOST] = [40, 80, 100];

/** Columns for text on a stream; the default width for a pipe. */
export const helpWidth = ({ isTTY, columns }: NodeJS.WriteStream): number =>
  Math.max(LEAST, Math.min(MOST, (isTTY && columns) || USUAL));

/** Narrower descriptions are hard to read, so they go below their terms. */
const LEAST_DESCRIPTION = 36;

/** A term beside its description, or above it if there is no room. */
export function helpItem(term: string, termWidth: number, description: string, width: number): string {
  const room = width - termWidth - 4;
  if (description === '') return `  ${term}`;
  if (room < LEAST_DESCRIPTION)
    return [
      ...wrapLine(`  ${term}`, width),
      ...wrap(description, width - 6).map(line => `      ${line}`),
    ].join('\n');
  const [first = '', ...others] = wrap(description, room);
  const indent = ' '.repeat(termWidth + 4);
  return [`  ${term.padEnd(termWidth)}  ${first}`, ...others.map(line => indent + line)].join('\n');
}

export const helpFormat: Partial<Help> = {
  minWidthToWrap: LEAST / 2,
  formatItem: (term, termWidth, description, { helpWidth = USUAL }) =>
    helpItem(term, termWidth, description, helpWidth),
};

/** Text wrapped line by line, each continued under its own indent. */
export const wrapLines = (text: string, width: number): string =>
  text
    .split('\n')
    .flatMap(line => (isExcerpt(line) ? [line] : wrapLine(line, width)))
    .join('\n');

/** Lines that show a place in a file; their columns have a meaning. */
const isExcerpt = (line: string): boolean => /^ +\d* \| /.test(line);

function wrapLine(line: string, width: number): string[] {
  if (columnsOf(line) <= width) return [line];
  const indent = /^ */.exec(line)![0];
  const [first = '', ...others] = wrap(line, width - indent.length - 2);
  return [indent + first, ...others.map(part => `${indent}  ${part}`)];
}

/** Text for a stream: wrapped on a terminal, whole lines in a pipe. */
export const onTerminal = (text: string, stream: NodeJS.WriteStream): string =>
  stream.isTTY ? wrapLines(asTyped(text), helpWidth(stream)) : text;

/** For commander: help and errors in the width of the terminal. */
export const output: OutputConfiguration = {
  getOutHelpWidth: () => helpWidth(process.stdout),
  getErrHelpWidth: () => helpWidth(process.stderr),
  writeOut: text => say(process.stdout, onTerminal(text, process.stdout)),
  writeErr: text => say(process.stderr, onTerminal(text, process.stderr)),
};
