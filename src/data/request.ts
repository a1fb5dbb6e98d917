/** One request for a file, or for the rest of it. */
import type { Dispatcher } from 'undici';
import { CifarNormError } from '../errors.ts';
import type { Archive } from './official.ts';
import type { Held } from './part.ts';

export type Response = Dispatcher.ResponseData;

/** A failure of the server that may pass. */
export class Transient extends Error {}

/**
 * Asks for a URL, or for what follows the bytes that are held. Follows redirects.
 * @returns status 200, or 206 or 416 if bytes are held
 * @throws CifarNormError (data) for an answer that another attempt would not change; Transient for one that it may;
 * undici's error if the connection fails
 */
export async function ask(url: string, dispatcher: Dispatcher, held?: Held): Promise<Response> {
  const { request } = await import('undici');
  const response = await request(url, {
    dispatcher,
    headers: {
      // The archive must arrive byte for byte, so nothing on the way may compress it.
      'accept-encoding': 'identity',
      ...(held && { range: `bytes=${held.bytes}-`, 'if-range': held.validator }),
    },
  }).catch(error => {
    throw isBadRedirect(error) ? refused(url, `its redirect fails: ${error.message.split('. ')[0]}`) : error;
  });
  const { statusCode: status } = response;
  if (status === 200 || (held && (status === 206 || status === 416))) return response;
  await response.body.dump();
  const { history = [] } = response.context as { readonly history?: readonly URL[] };
  const place = history.length > 1 ? ` at ${history.at(-1)}` : '';
  if (status >= 500 || status === 429) throw new Transient(`the server answered ${status}${place}`);
  throw refused(
    url,
    status < 400 && response.headers.location
      ? `there are more than ${history.length - 1} redirects`
      : `the server answered ${status}${place}`,
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
    (headers.etag === undefined || !held.validator.startsWith('"') || headers.etag === held.validator)
  );
}

/** What identifies the version of a response in If-Range: a strong ETag, else its date (RFC 9110, 13.1.5). */
export function validatorOf({ headers }: Response): string | undefined {
  const etag = String(headers.etag);
  return etag.startsWith('"') ? etag : headers['last-modified']?.toString();
}

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
