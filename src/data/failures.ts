/** What went wrong on the network, and what to do about it. */

/** A failure of the server or the proxy that may pass. */
export class Transient extends Error {
  /** Milliseconds that the server asks to wait. */
  readonly after: number;

  constructor(message: string, after = 0) {
    super(message);
    this.after = after;
  }
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** The failure that an answer stands for; undefined if another attempt would get the same answer. */
export function transient(status: number, headers: Headers, what: string): Transient | undefined {
  return status >= 500 || TRANSIENT.has(status) ? new Transient(what, retryAfter(headers)) : undefined;
}

/** Request Timeout, Too Early, Too Many Requests. */
const TRANSIENT: ReadonlySet<number> = new Set([408, 425, 429]);

/** Retry-After in milliseconds: seconds, or a date (RFC 9110, 10.2.3). */
function retryAfter(headers: Headers): number {
  const value = String(headers['retry-after'] ?? '').trim();
  const milliseconds = /^\d{1,9}$/.test(value) ? 1000 * Number(value) : Date.parse(value) - Date.now();
  return Math.max(0, milliseconds || 0);
}
/** Failures of a first contact that another attempt would only repeat. */
const LASTING =
  /^(ENOTFOUND|ECONNREFUSED|EPROTO|HTTPParserError|HPE_.*|UND_ERR_(INVALID_ARG|HEADERS_OVERFLOW)|ERR_SSL_.*|UNABLE_TO_.*|.*CERT.*)$/;

export const isLasting = (error: Error): boolean => LASTING.test(kindOf(error));

export function reasonOf(error: Error): string {
  const kind = kindOf(error);
  if (/^(HTTPParserError|HPE_)/.test(kind)) return `the answer is not HTTP: ${error.message}`;
  // OpenSSL's message has addresses and its own source lines; the code has the reason.
  if (kind.startsWith('ERR_SSL_')) return `TLS failed: ${kind.slice(8).toLowerCase().replaceAll('_', ' ')}`;
  if (kind === 'UND_ERR_HEADERS_OVERFLOW') return 'the answer has too many headers';
  // Where a host has several addresses, the error only wraps those of each address.
  const inner = error instanceof AggregateError ? error.errors[0] : error.cause;
  return error.message || inner?.message || kind;
}

/** @param proxies in words; empty if there are none */
export function hintFor(error: Error, proxies: string, canResume: boolean): string {
  const kind = kindOf(error);
  if (/CERT|UNABLE_TO_/.test(kind))
    return 'if your network has its own certificate authority, name its file in NODE_EXTRA_CA_CERTS';
  const retry = canResume
    ? 'run the same command again to resume'
    : 'try again later, name a mirror with --url, or bring the archive from elsewhere with --from FILE';
  if (proxies !== '') return `is the proxy ${proxies} right? Otherwise ${retry}`;
  return /^(HTTPParserError|HPE_)/.test(kind)
    ? `does the network ask for a login first? Otherwise ${retry}`
    : retry;
}

const kindOf = (error: NodeJS.ErrnoException): string => error.code ?? error.name;
