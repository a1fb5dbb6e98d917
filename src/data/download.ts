/**
 * Downloads an archive over HTTP. Resumes interrupted downloads, across runs too, and installs only an archive whose
 * checksums match.
 *
 * Redirects and proxies are undici's, but its RetryHandler does not fit: it resumes within one process only, checks the
 * version by ETag alone, and fails where the file has changed or the server gets ranges wrong; here those restart.
 */
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { CifarNormError } from '../errors.ts';
import { type Address, addressOf, ESCAPES } from './address.ts';
import { hintFor, isLasting, reasonOf, Transient } from './failures.ts';
import { wrongBytes } from './install.ts';
import { type Archive, checksumsOf, differencesOf } from './official.ts';
import { PartFile } from './part.ts';
import { addressesOf, dispatcherFor, type Proxies, proxyText } from './proxies.ts';
import { ask, isContinuation, refused, validatorOf } from './request.ts';
import { diskError, moveInto, reserve } from './target.ts';

export interface Patience {
  /** Attempts after the first one; those that bring new bytes do not count. */
  readonly retries: number;
  /** Milliseconds before the second attempt; doubled before each further one. */
  readonly pause: number;
  /** Milliseconds after which a connection is closed that has not brought `least` bytes. */
  readonly stall: number;
  /** The new bytes that an attempt must bring not to count, and a connection within `stall` to stay open. */
  readonly least: number;
  /** The longest Retry-After that is waited for, in milliseconds. */
  readonly longest: number;
}

export const PATIENCE: Patience = {
  retries: 4,
  pause: 1000,
  stall: 30_000,
  least: 16_384,
  longest: 300_000,
};

export interface Download {
  readonly url: string;
  readonly folder: string;
  readonly archive: Archive;
  readonly proxies: Proxies;
  readonly patience: Patience;
  /** If it is aborted, the download ends with its reason and keeps what it has fetched. */
  readonly signal: AbortSignal;
  /** Called with the number of bytes fetched so far. */
  readonly onBytes: (bytes: number) => void;
  /** Called before another attempt. */
  readonly onRetry: (why: string, milliseconds: number) => void;
}

/**
 * Downloads the archive into the folder, replaces a file of its name there, and returns its path.
 * @throws CifarNormError (usage) if the URL is not HTTP or another process is downloading the same archive; (data) if the
 * server does not offer the archive; (run) if the server or the proxy cannot be reached or keeps failing, or the disk
 * cannot be written: what has been fetched is kept then
 */
export async function download(request: Download): Promise<string> {
  const { url, folder, archive, signal } = request;
  const address = addressOf(url, ['http', 'https']);
  if (!address) throw badUrl(url);
  const target = join(folder, archive.name);
  const lock = await reserve(target, signal);
  try {
    const part = new PartFile(target, signal);
    if ((await part.size()) !== archive.bytes) await fetchPart({ ...request, address }, part);
    const found = await checksumsOf(part.path, signal);
    if (differencesOf(archive, found).length > 0) {
      await part.remove();
      throw wrongBytes(address.shown, archive, found);
    }
    await moveInto(target, part.path);
    await part.remove();
    return target;
  } catch (error) {
    throw diskError(target, error as Error, signal);
  } finally {
    await lock.release();
  }
}

/** The text is shown only if it cannot hold a password. */
function badUrl(url: string): CifarNormError {
  const shown = url === '' ? 'an empty text' : url.includes('@') ? 'the URL of the download' : url;
  return new CifarNormError(
    'usage',
    `${shown} is not an HTTP URL`,
    `use the form https://host/file, or https://user:password@host/file; ${ESCAPES}`,
  );
}

type Addressed = Download & { readonly address: Address };

async function fetchPart(request: Addressed, part: PartFile): Promise<void> {
  const { address, proxies, patience, signal, onRetry } = request;
  let hasAnswered = false;
  let reached = (await part.held(address.shown))?.bytes ?? 0;
  const onBytes = (bytes: number) => {
    hasAnswered = true;
    reached = Math.max(reached, bytes);
    request.onBytes(bytes);
  };
  for (let fruitless = 0; ; ) {
    // Only bytes that no attempt had brought count: a server that ignores ranges would be asked for ever.
    const before = reached;
    try {
      return await attempt({ ...request, onBytes }, part);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof CifarNormError) throw error;
      // The connection failed after the last byte.
      if ((await part.size()) === request.archive.bytes) return;
      const failure = error as Error;
      const after = failure instanceof Transient ? failure.after : 0;
      fruitless = reached >= before + patience.least ? 0 : fruitless + 1;
      if (fruitless > patience.retries || after > patience.longest || (!hasAnswered && isLasting(failure))) {
        const hint = hintFor(failure, proxyText(proxies), (await part.size()) > 0);
        const when = after > 0 ? `, and asks to wait ${Math.ceil(after / 1000)} s` : '';
        throw new CifarNormError('run', `${address.shown}: ${reasonOf(failure)}${when}`, hint);
      }
      const pause = Math.max(patience.pause * 2 ** Math.max(0, fruitless - 1), after);
      onRetry(reasonOf(failure), pause);
      await wait(pause, undefined, { signal });
    }
  }
}

/** Fetches what it can over one connection. */
async function attempt(
  { address, archive, proxies, patience, signal, onBytes }: Addressed,
  part: PartFile,
): Promise<void> {
  const dispatcher = await dispatcherFor(proxies);
  const stall = new AbortController();
  let recent = 0;
  const timer = setTimeout(
    () =>
      stall.abort(
        new Transient(`${recent > 0 ? `only ${recent} bytes in` : 'no data for'} ${patience.stall / 1000} s`),
      ),
    patience.stall,
  );
  const stop = AbortSignal.any([signal, stall.signal]);
  // Unlike a signal given to the request, this also ends one that waits for a proxy's tunnel.
  stop.addEventListener('abort', () => void dispatcher.destroy());
  try {
    stop.throwIfAborted();
    const source = { address, dispatcher, proxy: addressesOf(proxies).http };
    const held = await part.held(address.shown);
    let response = await ask(source, held);
    const resumes = held !== undefined && isContinuation(response, held, archive);
    if (!resumes && response.statusCode !== 200) {
      await response.body.dump();
      response = await ask(source);
    }
    const length = response.headers['content-length'];
    if (!resumes && length !== undefined && Number(length) !== archive.bytes)
      throw refused(address.shown, `the file has ${length} bytes, and ${archive.name} has ${archive.bytes}`);
    let bytes = resumes ? held.bytes : 0;
    const file = resumes ? await part.resume() : await part.restart(address.shown, validatorOf(response));
    try {
      onBytes(bytes);
      for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
        bytes += chunk.length;
        recent += chunk.length;
        if (recent >= patience.least) {
          recent = 0;
          timer.refresh();
        }
        if (bytes > archive.bytes) break;
        await part.write(file, chunk);
        onBytes(bytes);
      }
    } finally {
      await file.close();
    }
    if (bytes > archive.bytes) {
      await part.remove();
      const problem = `the server sends more than the ${archive.bytes} bytes of ${archive.name}`;
      // Some servers answer a range with other bytes than they say.
      throw resumes ? new Transient(problem) : refused(address.shown, problem);
    }
    if (bytes < archive.bytes)
      throw new Transient(`the connection ended after ${bytes} of ${archive.bytes} bytes`);
  } catch (error) {
    throw stop.aborted ? stop.reason : error;
  } finally {
    clearTimeout(timer);
    await dispatcher.destroy();
  }
}
