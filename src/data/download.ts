/** The archive over HTTP: a broken download is gone on with, and nothing is put in place before it is proved. */
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Dispatcher } from 'undici';
import { CifarNormError } from '../errors.ts';
import { install } from './install.ts';
import type { Archive } from './official.ts';
import { type Held, PartFile } from './part.ts';

/** Proxies, as HTTP_PROXY, HTTPS_PROXY and NO_PROXY say them. */
export interface Proxies {
  readonly http: string | undefined;
  readonly https: string | undefined;
  /** Hosts to reach without one. */
  readonly none: string | undefined;
}

/** How long, and how often. */
export interface Patience {
  /** Attempts after the first one. */
  readonly retries: number;
  /** Milliseconds before the second attempt; twice as many before each further one. */
  readonly pause: number;
  /** Milliseconds without a byte after which a connection is given up. */
  readonly stall: number;
}

export const PATIENCE: Patience = { retries: 4, pause: 1000, stall: 30_000 };

export interface Download {
  readonly url: string;
  readonly folder: string;
  readonly archive: Archive;
  readonly proxies: Proxies;
  readonly patience: Patience;
  /** When it is aborted, the download ends with its reason; the part is kept. */
  readonly signal: AbortSignal;
  /** Called with the bytes that are there, as they come. */
  readonly onBytes: (bytes: number) => void;
  /** Called before another attempt. */
  readonly onRetry: (why: string, milliseconds: number) => void;
}

const MOST_REDIRECTS = 10;

/** Failures that another attempt would only repeat, if there has been no answer yet. */
const HOPELESS = /^(ENOTFOUND|ECONNREFUSED|UND_ERR_INVALID_ARG|ERR_SSL_.*|UNABLE_TO_.*|.*CERT.*)$/;

/** A server's failure that may pass. */
class Passing extends Error {}

/**
 * Fetches the archive into the folder, in place of what may be there under its name, and returns its path.
 * @throws CifarNormError (usage) if the URL is none; (data) if what it gives is not the archive; (run) if the server or
 * the proxy cannot be reached or keeps failing, or the disk cannot be written: the part is kept then
 */
export async function download(request: Download): Promise<string> {
  const { url, folder, archive, signal } = request;
  const path = join(folder, archive.name);
  if (!isHttp(url))
    throw new CifarNormError('usage', `${url}: it is no URL of HTTP`, 'like https://host/file');
  const part = new PartFile(path, signal);
  if ((await part.size()) !== archive.bytes) await fetchPart(request, part);
  try {
    await install({ from: part.path, called: url, target: path, archive, signal });
  } catch (error) {
    if (error instanceof CifarNormError && error.code === 'data') await part.remove();
    throw error;
  }
  await part.remove();
  return path;
}

async function fetchPart(request: Download, part: PartFile): Promise<void> {
  const { url, proxies, patience, signal, onRetry } = request;
  const dispatcher = await dispatcherOf(proxies);
  let answered = false;
  const onBytes = (bytes: number) => {
    answered = true;
    request.onBytes(bytes);
  };
  try {
    for (let retry = 0; ; retry++) {
      try {
        return await attempt({ ...request, onBytes }, part, dispatcher);
      } catch (error) {
        signal.throwIfAborted();
        if (!isNetworks(error)) throw error;
        const why = reasonOf(error);
        if (retry === patience.retries || (!answered && HOPELESS.test(error.code ?? '')))
          throw new CifarNormError('run', `${url}: ${why}`, await hintFor(error, proxies, part));
        const pause = patience.pause * 2 ** retry;
        onRetry(why, pause);
        await wait(pause, undefined, { signal });
      }
    }
  } finally {
    await dispatcher.destroy();
  }
}

/** One connection, and all that comes through it. */
async function attempt(
  { url, archive, patience, signal, onBytes }: Download,
  part: PartFile,
  dispatcher: Dispatcher,
): Promise<void> {
  const stalled = new AbortController();
  const timer = setTimeout(
    () => stalled.abort(new Passing(`no byte came for ${patience.stall / 1000} s`)),
    patience.stall,
  );
  const ask = async (held?: Held) => {
    const { request } = await import('undici');
    return follow(url, held !== undefined, target =>
      request(target, {
        dispatcher,
        signal: AbortSignal.any([signal, stalled.signal]),
        // An archive is bytes: nothing on the way may compress it, and nothing here unpacks what says it was.
        headers: {
          'accept-encoding': 'identity',
          ...(held && { range: `bytes=${held.bytes}-`, 'if-range': held.validator }),
        },
      }),
    );
  };
  try {
    const held = await part.held(url);
    let response = await ask(held);
    const goesOn = held !== undefined && isContinuation(response, held, archive);
    if (!goesOn && response.statusCode !== 200) {
      await response.body.dump();
      response = await ask();
      if (response.statusCode !== 200) throw refused(url, `it answered ${response.statusCode}`);
    }
    if (!goesOn) refuseOtherSize(url, response, archive);
    let bytes = goesOn ? held.bytes : 0;
    const file = goesOn ? await part.goOn() : await part.startAnew(url, validatorOf(response));
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
      throw refused(url, `it sends more than the ${archive.bytes} bytes of ${archive.name}`);
    }
    if (bytes < archive.bytes) throw new Passing(`it broke off after ${bytes} of ${archive.bytes} bytes`);
  } catch (error) {
    throw stalled.signal.aborted ? stalled.signal.reason : error;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Asks, and asks where the answer points to, until there is a file: 200, or 206 or 416 if a range was asked for.
 * @throws CifarNormError (data) for an answer that will not change; Passing for a server's own failure
 */
async function follow(
  url: string,
  ranged: boolean,
  ask: (url: string) => Promise<Dispatcher.ResponseData>,
): Promise<Dispatcher.ResponseData> {
  let at = url;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const response = await ask(at);
    const { statusCode: status, headers, body } = response;
    if (status === 200 || (ranged && (status === 206 || status === 416))) return response;
    await body.dump();
    const said = `it answered ${status}${at === url ? '' : ` at ${at}`}`;
    if (status >= 500) throw new Passing(said);
    if (![301, 302, 303, 307, 308].includes(status) || headers.location === undefined)
      throw refused(url, said);
    const next = String(headers.location);
    if (!isHttp(next, at)) throw refused(url, `it points to ${next}, which is not HTTP`);
    at = new URL(next, at).href;
  }
  throw refused(url, `it points elsewhere more than ${MOST_REDIRECTS} times`);
}

/** Whether an answer is what was asked for: the rest of this very version. Servers are known to get it wrong. */
function isContinuation(
  { statusCode, headers }: Dispatcher.ResponseData,
  held: Held,
  archive: Archive,
): boolean {
  const range = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(String(headers['content-range']));
  const whole = String(archive.bytes);
  return (
    statusCode === 206 &&
    range !== null &&
    Number(range[1]) === held.bytes &&
    Number(range[2]) === archive.bytes - 1 &&
    (range[3] === whole || range[3] === '*') &&
    (headers.etag === undefined || !held.validator.startsWith('"') || headers.etag === held.validator)
  );
}

function validatorOf({ headers }: Dispatcher.ResponseData): string | undefined {
  const etag = headers.etag === undefined ? '' : String(headers.etag);
  return etag.startsWith('"') ? etag : headers['last-modified']?.toString();
}

function refuseOtherSize(url: string, { headers }: Dispatcher.ResponseData, archive: Archive): void {
  const length = headers['content-length'];
  if (length === undefined || Number(length) === archive.bytes) return;
  throw refused(url, `it has ${length} bytes, and ${archive.name} has ${archive.bytes}`);
}

/** The variables are read by the command line alone, so undici is told of every one, set or not. */
async function dispatcherOf({ http, https, none }: Proxies): Promise<Dispatcher> {
  const { Agent, EnvHttpProxyAgent } = await import('undici');
  // Silence is timed here.
  const timeouts = { headersTimeout: 0, bodyTimeout: 0 };
  if (!http && !https) return new Agent(timeouts);
  try {
    return new EnvHttpProxyAgent({
      ...timeouts,
      httpProxy: withScheme(http),
      httpsProxy: withScheme(https),
      noProxy: none ?? '',
      // Proxies seldom let a tunnel through to port 80.
      proxyTunnel: false,
    });
  } catch (error) {
    throw new CifarNormError(
      'usage',
      `the proxy ${proxyText({ http, https, none })} cannot be used: ${(error as Error).message}`,
      'HTTP_PROXY and HTTPS_PROXY must be like http://host:port',
    );
  }
}

const withScheme = (proxy = ''): string =>
  proxy === '' || proxy.includes('://') ? proxy : `http://${proxy}`;

/** The proxies, without the passwords that may be in them. */
const proxyText = ({ http, https }: Proxies): string =>
  [...new Set([withScheme(http), withScheme(https)])]
    .filter(proxy => proxy !== '')
    .map(proxy => proxy.replace(/\/\/[^/]*@/, '//'))
    .join(' or ');

function isHttp(url: string, base?: string): boolean {
  return URL.canParse(url, base) && /^https?:$/.test(new URL(url, base).protocol);
}

/** Errors of the network have codes, and are no errors of ours. */
function isNetworks(error: unknown): error is NodeJS.ErrnoException {
  if (error instanceof CifarNormError) return false;
  return error instanceof Passing || typeof (error as NodeJS.ErrnoException).code === 'string';
}

/** Where a host has several addresses, the error is only a list of errors. */
function reasonOf(error: Error): string {
  const inner = error instanceof AggregateError ? error.errors[0] : error.cause;
  return error.message || inner?.message || String((error as NodeJS.ErrnoException).code);
}

async function hintFor(
  { code = '' }: NodeJS.ErrnoException,
  proxies: Proxies,
  part: PartFile,
): Promise<string> {
  if (/CERT|UNABLE_TO_/.test(code))
    return 'if your network has a certificate authority of its own, name its file in NODE_EXTRA_CA_CERTS';
  const again =
    (await part.size()) > 0
      ? 'run the same command again to go on where it broke off'
      : 'try again later, name a mirror with --url, or bring the archive from elsewhere with --from FILE';
  const proxy = proxyText(proxies);
  return proxy === '' ? again : `is the proxy ${proxy} right? Otherwise ${again}`;
}

function refused(url: string, what: string): CifarNormError {
  return new CifarNormError(
    'data',
    `${url}: ${what}`,
    'name a mirror with --url, or bring the archive from elsewhere with --from FILE',
  );
}
