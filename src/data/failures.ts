/** What went wrong on the network, and what to do about it. */
import { type Proxies, proxyText } from './proxies.ts';

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

export function hintFor(error: Error, proxies: Proxies, canResume: boolean): string {
  const kind = kindOf(error);
  if (/CERT|UNABLE_TO_/.test(kind))
    return 'if your network has its own certificate authority, name its file in NODE_EXTRA_CA_CERTS';
  const retry = canResume
    ? 'run the same command again to resume'
    : 'try again later, name a mirror with --url, or bring the archive from elsewhere with --from FILE';
  if (proxyText(proxies) !== '') return `is the proxy ${proxyText(proxies)} right? Otherwise ${retry}`;
  return /^(HTTPParserError|HPE_)/.test(kind)
    ? `does the network ask for a login first? Otherwise ${retry}`
    : retry;
}

const kindOf = (error: NodeJS.ErrnoException): string => error.code ?? error.name;
