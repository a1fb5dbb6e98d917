import type { Dataset } from '../../data/dataset.ts';
import { loadDataset } from '../../data/load.ts';
import type { Place } from '../../data/locate.ts';
import { type Checksums, checksumsOf, differencesOf, OFFICIAL } from '../../data/official.ts';
import { CifarNormError } from '../../errors.ts';
import { attemptText, type Context, type OutputOptions } from '../context.ts';
import type { Terminal } from '../terminal.ts';

/**
 * `official`: an archive that is complete and has the official checksums. `complete`: every batch can be read, but there is no
 * official checksum to compare with, as for a sample, another archive, or unpacked batches.
 */
type Verdict = 'official' | 'complete' | 'damaged';

type StoredPlace = Exclude<Place, { readonly kind: 'synthetic' }>;

interface Verification {
  readonly place: StoredPlace;
  /** Only for an archive. */
  readonly checksums: Checksums | undefined;
  readonly verdict: Verdict;
  /** The images, or why they cannot be read. */
  readonly content: Dataset | CifarNormError;
}

export async function dataVerify(
  options: OutputOptions & { readonly data?: string | undefined },
  context: Context,
): Promise<void> {
  const terminal = context.terminal(options);
  const { place, attempts } = await context.findData(options.data);
  if (place.kind === 'synthetic') {
    throw new CifarNormError(
      'data',
      `found no CIFAR-10 to verify; searched\n${attempts.map(attemptText).join('\n')}`,
      'fetch it with cifar-norm data download, or name its place with --data',
    );
  }
  terminal.tell(`reading ${place.path}`);
  const verification = await verify(place);
  if (options.json) terminal.json(documentOf(verification));
  else show(verification, terminal);
  if (verification.verdict === 'damaged') context.exit(2);
}

async function verify(place: StoredPlace): Promise<Verification> {
  const content = await loadDataset(place, { test: true }).catch(error => {
    if (error instanceof CifarNormError) return error;
    throw error;
  });
  // If the file cannot be read at all, `content` says so.
  const checksums =
    place.kind === 'archive' ? await checksumsOf(place.path).catch(() => undefined) : undefined;
  if (content instanceof CifarNormError) return { place, checksums, content, verdict: 'damaged' };
  const isOfficial =
    checksums !== undefined &&
    Object.values(OFFICIAL).some(archive => differencesOf(archive, checksums).length === 0);
  return { place, checksums, content, verdict: isOfficial ? 'official' : 'complete' };
}

function documentOf({ place, checksums, verdict, content }: Verification) {
  const found =
    content instanceof CifarNormError
      ? { problem: content.message }
      : { train: content.train.count, test: content.test!.count, fingerprint: content.fingerprint };
  return { verdict, ...place, ...checksums, ...found };
}

function show({ place, checksums, verdict, content }: Verification, terminal: Terminal): void {
  terminal.print(place.path);
  if (checksums) {
    terminal.print(`  ${checksums.bytes} bytes\n  md5 ${checksums.md5}\n  sha256 ${checksums.sha256}`);
  }
  if (content instanceof CifarNormError) {
    terminal.print(`Damaged: ${content.message}\n  hint: ${content.hint}`);
    return;
  }
  terminal.print(`  ${content.train.count} training images, ${content.test!.count} test images`);
  terminal.print(`  fingerprint ${content.fingerprint}`);
  const why =
    place.kind === 'archive'
      ? 'its checksums are not the official ones'
      : 'only archives have official checksums';
  terminal.print(
    verdict === 'official'
      ? 'Complete, and the checksums match the official ones.'
      : `Complete: every batch can be read; ${why}.`,
  );
}
