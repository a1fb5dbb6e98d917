/** One request for a file, or for the rest of it. */
import type { Dispatcher } from 'undici';
import { CifarNormError } from '../errors.ts';
import { type Address, type Login, shownOf } from './address.ts';
import { transient } from './failures.ts';
import type { Archive } from './official.ts';
import { type Held, isValidator } from './part.ts';
import { loginRefusal } from './proxies.ts';

export type Response = Dispatcher.ResponseData;

export interface Source {
  readonly address: Address;
  readonly dispatcher: Dispatcher;
  /** The proxy for HTTP, which answers in the server's place. */
  readonly proxy: Address | undefined;
}

/**
 * Asks for a URL, or for what follows the bytes that are held. Follows redirects.
 * @returns status 200, or 206 or 416 if bytes are held
 * @throws CifarNormError (data) for an answer that another attempt would not change; Transient for one that it may;
 * undici's error if the connection fails
 */
export async function ask({ address, dispatcher, proxy }: Source, held?: Held): Promise<Response> {
  const { request } = await import('undici');
  const { href, shown, login } = address;
  const response = await request(href, {
    dispatcher,
    headers: {
      // The archive must arrive byte for byte, so nothing on the way may compress it.
      'accept-encoding': 'identity',
      // A redirect to another host leaves it out.
      ...(login && { authorization: basic(login) }),
      ...(held && { range: `bytes=${held.bytes}-`, 'if-range': held.validator }),
    },
  }).catch(error => {
    // undici's own refusal does not name the proxy.
    if (proxy && /\(407\)$/.test(error.message)) throw loginRefusal(407, proxy);
    throw isBadRedirect(error)
      ? refused(shown, `its redirect fails: ${error.message.split('. ')[0]}`)
      : error;
  });
  const { statusCode: status } = response;
  if (status === 200 || (held && (status === 206 || status === 416))) return response;
  await response.body.dump();
  const { history = [] } = response.context as { readonly history?: readonly URL[] };
  const place = history.length > 1 ? ` at ${shownOf(history.at(-1)!)}` : '';
  const what = `the server answered ${status}${place}`;
  const failure = transient(status, response.headers, what);
  if (failure) throw failure;
  throw refused(
    shown,
    status < 400 && response.headers.location ? `there are more than ${history.length - 1} redirects` : what,
  );
}

/** Whether a response is exactly the missing rest of the version that is held. Some servers get this wrong. */
export function isContinuation({ statusCode, headers }: Response, held: Held, archive: Archive): boolean {
  const [, first, last, total] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(String(headers['content-range'])) ?? [];
  return (
    statusCode === 206 &&
    Number(first) === held.bytes &&
    Number(last) === archive.bytes - 1 &&
    (total === '*' || Number(total) === archive.bytes) &&
    Number(headers['content-length'] ?? archive.bytes - held.bytes) === archive.bytes - held.bytes &&
    (headers.etag === undefined || !held.validator.startsWith('"') || headers.etag === held.validator)
  );
}

/** What identifies the version of a response in If-Range: a strong ETag, else its date (RFC 9110, 13.1.5). */
export function validatorOf({ headers }: Response): string | undefined {
  return [headers.etag, headers['last-modified']].map(String).find(isValidator);
}

const basic = ({ user, password }: Login): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

export function refused(url: string, problem: string): CifarNormError {
  return new CifarNormError(
    'data',
    `${url}: ${problem}`,
    'name a mirror with --url, or bring the archive from elsewhere with --from FILE',
  );
}

function isBadRedirect({ code, message }: NodeJS.ErrnoException): boolean {
  return code === 'ERR_INVALID_URL' || (code === 'UND_ERR_INVALID_ARG' && /URL|Redirect/.test(message));
}
