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
import { hintFor, isLasting, reasonOf } from './failures.ts';
import { wrongBytes } from './install.ts';
import { type Archive, checksumsOf, differencesOf } from './official.ts';
import { PartFile } from './part.ts';
import { dispatcherFor, type Proxies } from './proxies.ts';
import { ask, isContinuation, refused, Transient, validatorOf } from './request.ts';
import { diskError, moveInto, reserve } from './target.ts';

export interface Patience {
  /** Attempts after the first one. */
  readonly retries: number;
  /** Milliseconds before the second attempt; doubled before each further one. */
  readonly pause: number;
  /** Milliseconds without data after which a connection is closed. */
  readonly stall: number;
}

export const PATIENCE: Patience = { retries: 4, pause: 1000, stall: 30_000 };

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
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new CifarNormError(
      'usage',
      `${url || 'an empty text'} is not an HTTP URL`,
      'use the form https://host/file',
    );
  const target = join(folder, archive.name);
  const lock = await reserve(target, signal);
  try {
    const part = new PartFile(target, signal);
    if ((await part.size()) !== archive.bytes) await fetchPart(request, part);
    const found = await checksumsOf(part.path, signal);
    if (differencesOf(archive, found).length > 0) {
      await part.remove();
      throw wrongBytes(url, archive, found);
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

async function fetchPart(request: Download, part: PartFile): Promise<void> {
  const { url, proxies, patience, signal, onRetry } = request;
  let hasAnswered = false;
  const onBytes = (bytes: number) => {
    hasAnswered = true;
    request.onBytes(bytes);
  };
  for (let retry = 0; ; retry++) {
    try {
      return await attempt({ ...request, onBytes }, part);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof CifarNormError) throw error;
      const failure = error as Error;
      if (retry === patience.retries || (!hasAnswered && isLasting(failure))) {
        const hint = hintFor(failure, proxies, (await part.size()) > 0);
        throw new CifarNormError('run', `${url}: ${reasonOf(failure)}`, hint);
      }
      const pause = patience.pause * 2 ** retry;
      onRetry(reasonOf(failure), pause);
      await wait(pause, undefined, { signal });
    }
  }
}

/** Fetches what it can over one connection. */
async function attempt(
  { url, archive, proxies, patience, signal, onBytes }: Download,
  part: PartFile,
): Promise<void> {
  const dispatcher = await dispatcherFor(proxies);
  const stall = new AbortController();
  const stalled = new Transient(`no data for ${patience.stall / 1000} s`);
  const timer = setTimeout(() => stall.abort(stalled), patience.stall);
  const stop = AbortSignal.any([signal, stall.signal]);
  // Unlike a signal given to the request, this also ends one that waits for a proxy's tunnel.
  stop.addEventListener('abort', () => void dispatcher.destroy());
  try {
    stop.throwIfAborted();
    const held = await part.held(url);
    let response = await ask(url, dispatcher, held);
    const resumes = held !== undefined && isContinuation(response, held, archive);
    if (!resumes && response.statusCode !== 200) {
      await response.body.dump();
      response = await ask(url, dispatcher);
    }
    const length = response.headers['content-length'];
    if (!resumes && length !== undefined && Number(length) !== archive.bytes)
      throw refused(url, `the file has ${length} bytes, and ${archive.name} has ${archive.bytes}`);
    let bytes = resumes ? held.bytes : 0;
    const file = resumes ? await part.resume() : await part.restart(url, validatorOf(response));
    try {
      onBytes(bytes);
      for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
        timer.refresh();
        bytes += chunk.length;
        if (bytes > archive.bytes) break;
        await part.write(file, chunk);
        onBytes(bytes);
      }
    } finally {
      await file.close();
    }
    if (bytes > archive.bytes) {
      await part.remove();
      throw refused(url, `the server sends more than the ${archive.bytes} bytes of ${archive.name}`);
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
