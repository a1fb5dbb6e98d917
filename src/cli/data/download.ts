import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { experimentSchema } from '../../config/schema.ts';
import { addressOf } from '../../data/address.ts';
import { GRANULARITY_MS } from '../../data/cache/identity.ts';
import { loadForRun } from '../../data/cache/load-for-run.ts';
import { download, PATIENCE } from '../../data/download.ts';
import type { Layout } from '../../data/formats/cifar.ts';
import { install, isInstalled } from '../../data/install.ts';
import { needOf } from '../../data/need.ts';
import { type Archive, OFFICIAL } from '../../data/official.ts';
import { cacheFolder } from '../../data/open.ts';
import { shellPath } from '../../report/text.ts';
import type { Context, OutputOptions } from '../context.ts';
import { type Transfer, transferOf } from './transfer.ts';

/** Where the archive came from: a URL, a file, or it was already in place. */
type Outcome = 'downloaded' | 'copied' | 'present';

export interface DownloadOptions {
  readonly layout: Layout;
  readonly url?: string | undefined;
  readonly from?: string | undefined;
}

export async function dataDownload(
  options: OutputOptions & DownloadOptions,
  context: Context,
): Promise<void> {
  const terminal = context.terminal(options);
  const archive = OFFICIAL[options.layout];
  const transfer = transferOf(terminal, archive.bytes, () => performance.now());
  const interruption = context.interruptible(transfer.stop);
  const folder = cacheFolder(context.env);
  try {
    const path = join(folder, archive.name);
    const outcome = (await isInstalled(path, archive, interruption.signal))
      ? 'present'
      : options.from === undefined
        ? await fetched(
            options.url ?? archive.url,
            folder,
            context.env,
            archive,
            transfer,
            interruption.signal,
          )
        : await copied(resolve(options.from), path, archive, interruption.signal);
    if (outcome !== 'present') transfer.note('unpacking');
    await keepUnpacked(path, folder, outcome);
    transfer.stop();
    const { name: _, url: __, ...checksums } = archive;
    if (options.json) {
      terminal.json({ path, layout: options.layout, outcome, ...checksums });
      return;
    }
    terminal.print(
      `${outcome === 'present' ? 'Already in place; checksums match' : 'Size, md5 and sha256 match'}: ${path}`,
    );
    terminal.print(`Next: ${await nextCommand(path, context)}`);
  } catch (error) {
    const code = interruption.code();
    if (code === undefined) throw error;
    transfer.stop();
    terminal.tell('Interrupted: what has been fetched is kept. Run the same command again to resume.');
    context.exit(code);
  } finally {
    transfer.stop();
    interruption.end();
  }
}

async function fetched(
  url: string,
  folder: string,
  env: NodeJS.ProcessEnv,
  archive: Archive,
  transfer: Transfer,
  signal: AbortSignal,
): Promise<Outcome> {
  await transfer.start(`fetching ${addressOf(url, ['http', 'https'])?.shown ?? 'the archive'}`);
  await download({
    url,
    folder,
    archive,
    proxies: {
      http: env.http_proxy || env.HTTP_PROXY,
      https: env.https_proxy || env.HTTPS_PROXY,
      none: env.no_proxy || env.NO_PROXY,
    },
    patience: PATIENCE,
    signal,
    onBytes: transfer.bytes,
    onRetry: (why, milliseconds) => transfer.note(`${why}; trying again in ${milliseconds / 1000} s`),
  });
  return 'downloaded';
}

async function copied(from: string, target: string, archive: Archive, signal: AbortSignal): Promise<Outcome> {
  await install({ from, target, archive, signal });
  return 'copied';
}

/** Unpacks the images into the cache for the shipped experiments, so that no run unpacks the archive. */
async function keepUnpacked(path: string, folder: string, outcome: Outcome): Promise<void> {
  // The cache does not trust a file that has just changed.
  if (outcome !== 'present') await wait(GRANULARITY_MS);
  await loadForRun({ kind: 'archive', path }, needOf(experimentSchema.parse({})), folder);
}

/** Names the archive only if a place that is searched earlier holds CIFAR-10 too. */
async function nextCommand(path: string, context: Context): Promise<string> {
  const found = await context.findData(undefined).catch(() => undefined);
  const place = found?.place;
  const isUsed = place !== undefined && place.kind !== 'synthetic' && place.path === path;
  return `cifar-norm sweep weight-scale${isUsed ? '' : ` --data ${shellPath(path)}`}`;
}
