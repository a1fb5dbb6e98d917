import type { Dataset } from '../../data/dataset.ts';
import { loadDataset } from '../../data/load.ts';
import type { Place } from '../../data/locate.ts';
import { type Checksums, checksumsOf, differencesOf, OFFICIAL } from '../../data/official.ts';
import { CifarNormError } from '../../errors.ts';
import { attemptText, located } from '../located.ts';
import type { DataOptions, Exit, OutputOptions } from '../program.ts';
import { type Terminal, terminalOf } from '../terminal.ts';

/**
 * `official`: an archive with the official checksums, and whole. `whole`: all of it can be read, as of a sample, of another
 * archive, or of unpacked batches, which have no official checksum.
 */
type Verdict = 'official' | 'whole' | 'damaged';

type StoredPlace = Exclude<Place, { readonly kind: 'synthetic' }>;

interface Verification {
  readonly place: StoredPlace;
  /** Present for an archive. */
  readonly checksums: Checksums | undefined;
  readonly verdict: Verdict;
  /** What is in it, or why it cannot be read. */
  readonly content: Dataset | CifarNormError;
}

export async function dataVerify(options: OutputOptions & DataOptions, exit: Exit): Promise<void> {
  const terminal = terminalOf({ color: options.color, quiet: options.quiet ?? false });
  const { place, attempts } = await located(options.data, undefined);
  if (place.kind === 'synthetic') {
    throw new CifarNormError(
      'data',
      `there is no CIFAR-10 to verify; looked at\n${attempts.map(attemptText).join('\n')}`,
      'fetch it with cifar-norm data download, or say where it is with --data',
    );
  }
  terminal.tell(`reading ${place.path}`);
  const verification = await verify(place);
  if (options.json) terminal.print(jsonOf(verification));
  else show(verification, terminal);
  if (verification.verdict === 'damaged') exit(2);
}

async function verify(place: StoredPlace): Promise<Verification> {
  const content = await loadDataset(place, { test: true }).catch(error => {
    if (error instanceof CifarNormError) return error;
    throw error;
  });
  // A file that cannot even be read has said so already.
  const checksums =
    place.kind === 'archive' ? await checksumsOf(place.path).catch(() => undefined) : undefined;
  if (content instanceof CifarNormError) return { place, checksums, content, verdict: 'damaged' };
  const isOfficial =
    checksums !== undefined &&
    Object.values(OFFICIAL).some(archive => differencesOf(archive, checksums).length === 0);
  return { place, checksums, content, verdict: isOfficial ? 'official' : 'whole' };
}

function jsonOf({ place, checksums, verdict, content }: Verification): string {
  const found =
    content instanceof CifarNormError
      ? { problem: content.message }
      : { train: content.train.count, test: content.test!.count, fingerprint: content.fingerprint };
  return JSON.stringify({ verdict, ...place, ...checksums, ...found }, null, 2);
}

function show({ place, checksums, verdict, content }: Verification, terminal: Terminal): void {
  terminal.print(place.path);
  if (checksums) {
    terminal.print(`  ${checksums.bytes} bytes\n  md5 ${checksums.md5}\n  sha256 ${checksums.sha256}`);
  }
  if (content instanceof CifarNormError) {
    terminal.print(`Damaged: ${content.message}\n  hint: fetch it again with cifar-norm data download`);
    return;
  }
  terminal.print(`  ${content.train.count} training images, ${content.test!.count} test images`);
  terminal.print(`  fingerprint ${content.fingerprint}`);
  const said = place.kind === 'archive' ? 'Not official, but whole' : 'Whole';
  const why =
    place.kind === 'archive'
      ? 'its checksums are not the official ones'
      : 'only archives have official checksums';
  terminal.print(
    verdict === 'official' ? 'Official and whole.' : `${said}: every batch can be read; ${why}.`,
  );
}
