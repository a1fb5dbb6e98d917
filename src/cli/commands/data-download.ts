import { join, resolve } from 'node:path';
import { download, PATIENCE } from '../../data/download.ts';
import { install, isInstalled } from '../../data/install.ts';
import { type Archive, OFFICIAL } from '../../data/official.ts';
import { interruptible } from '../interruptible.ts';
import { cacheFolder, located } from '../located.ts';
import type { DownloadOptions, Exit, OutputOptions } from '../program.ts';
import { terminalOf } from '../terminal.ts';
import { type Transfer, transferOf } from '../transfer.ts';

/** What was done: the archive came from a URL, from a file, or was there. */
type Outcome = 'downloaded' | 'copied' | 'present';

export async function dataDownload(options: OutputOptions & DownloadOptions, exit: Exit): Promise<void> {
  const terminal = terminalOf({ color: options.color, quiet: options.quiet ?? false });
  const archive = OFFICIAL[options.layout];
  const transfer = transferOf(terminal, archive.bytes, () => performance.now());
  const interruption = interruptible(transfer.stop);
  try {
    const path = join(cacheFolder(), archive.name);
    const outcome = (await isInstalled(path, archive, interruption.signal))
      ? 'present'
      : options.from === undefined
        ? await fetched(options.url ?? archive.url, archive, transfer, interruption.signal)
        : await copied(resolve(options.from), path, archive, interruption.signal);
    transfer.stop();
    const { name: _, url: __, ...checksums } = archive;
    if (options.json) {
      terminal.print(JSON.stringify({ path, layout: options.layout, outcome, ...checksums }, null, 2));
      return;
    }
    terminal.print(
      `${outcome === 'present' ? 'It is there already, and whole' : 'Size, md5 and sha256 are right'}: ${path}`,
    );
    terminal.print(`Next: ${await nextCommand(path)}`);
  } catch (error) {
    const code = interruption.code();
    if (code === undefined) throw error;
    transfer.stop();
    terminal.tell('Interrupted: what has been fetched is kept. Run the same command again to go on.');
    exit(code);
  } finally {
    transfer.stop();
    interruption.end();
  }
}

async function fetched(
  url: string,
  archive: Archive,
  transfer: Transfer,
  signal: AbortSignal,
): Promise<Outcome> {
  const { env } = process;
  await transfer.start(`fetching ${url}`);
  await download({
    url,
    folder: cacheFolder(),
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

/** The archive is used of itself, unless a place that is looked at earlier holds CIFAR-10 too. */
async function nextCommand(path: string): Promise<string> {
  const found = await located(undefined, undefined).catch(() => undefined);
  const place = found?.place;
  const isUsed = place !== undefined && place.kind !== 'synthetic' && place.path === path;
  return `cifar-norm sweep weight-scale${isUsed ? '' : ` --data ${/\s/.test(path) ? `"${path}"` : path}`}`;
}
