/** Why a journal is refused, and what to do then. */
import { CifarNormError } from '../errors.ts';

export const anotherRunError = (folder: string, changes: readonly string[]) =>
  new CifarNormError(
    'usage',
    `${folder} holds another run; they differ in\n${changes.map(change => `  ${change}`).join('\n')}`,
    'choose another folder with --out DIR, or set that run aside with --fresh',
  );

export const olderError = (path: string) =>
  new CifarNormError(
    'usage',
    `${path} was written by cifar-norm 0.1.0, whose journals this version does not read`,
    'choose another folder with --out DIR, or set that run aside with --fresh',
  );

export const newerError = (path: string) =>
  new CifarNormError(
    'usage',
    `${path} was written by a newer version of cifar-norm`,
    'read it with that version, or choose another folder with --out DIR',
  );

/** What stands in a journal's place, by its first bytes. */
const DISGUISES: readonly (readonly [beginning: RegExp, what: string, hint: string])[] = [
  [/^version https:\/\/git-lfs\./, 'it is a pointer of Git LFS', 'fetch the journal with: git lfs pull'],
  [/^\/annex\/objects\//, 'it is a pointer of git-annex', 'fetch the journal with: git annex get'],
  [
    /^(\xff\xfe|\xfe\xff)/,
    'it was saved as UTF-16',
    'save it as UTF-8, which leaves its lines as they were: iconv -f UTF-16 -t UTF-8',
  ],
];

/** @param beginning the first bytes of the file */
export function foreignError(path: string, beginning: Buffer): CifarNormError {
  const found = DISGUISES.find(([pattern]) => pattern.test(beginning.toString('latin1')));
  if (found) return new CifarNormError('run', `${path}: not a journal of cifar-norm: ${found[1]}`, found[2]);
  return new CifarNormError(
    'run',
    `${path}:1: not a journal of cifar-norm`,
    'restore it from a copy, or start again with --fresh',
  );
}

export const linesText = (numbers: readonly number[]): string =>
  numbers.length === 1 ? `line ${numbers[0]}` : `${numbers.length} lines (the first is line ${numbers[0]})`;

const areCorrupt = (numbers: readonly number[]): string =>
  `${linesText(numbers)} ${numbers.length === 1 ? 'is' : 'are'} corrupt (checksum mismatch)`;

export const changedError = (path: string, corrupt: readonly number[] = []) =>
  new CifarNormError(
    'run',
    `${path}: another program changed the journal while the run was going on${corrupt.length > 0 ? `: ${areCorrupt(corrupt)}` : ''}`,
    'run the same command again; if a line is corrupt, add --repair',
  );

/** @param foreign lines of another run, whose checksums match */
export function corruptError(path: string, corrupt: readonly number[], foreign: readonly number[]) {
  const unreadable = corrupt.filter(line => !foreign.includes(line));
  const fault =
    unreadable.length > 0
      ? areCorrupt(unreadable)
      : `${linesText(corrupt)} ${corrupt.length === 1 ? 'belongs' : 'belong'} to another run`;
  return new CifarNormError(
    'run',
    `${path}:${(unreadable[0] ?? corrupt[0])!}: ${fault}`,
    'restore the journal from a copy, or drop those lines with --repair: the trials of corrupt lines run again',
  );
}
