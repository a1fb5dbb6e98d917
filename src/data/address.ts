/** URLs as users write them. Their user names, passwords and queries are secrets: no message, note or log shows them. */

/** A URL, taken apart. */
export interface Address {
  /** The URL without user name and password. */
  readonly href: string;
  /** Scheme and host: `http://host:3128`. */
  readonly place: string;
  /** What may be shown: scheme, host and path, and whether there is a query. */
  readonly shown: string;
  /** Undefined if the URL has neither user name nor password. */
  readonly login: Login | undefined;
}

export interface Login {
  readonly user: string;
  readonly password: string;
}

/** How to write what `addressOf` cannot tell apart. */
export const ESCAPES =
  'in user names, passwords and paths, write %40 for @, %2F for /, %3A for :, %23 for # and %3F for ?';

/**
 * Undefined if a text is no URL of one of the schemes, or if it has an @ after the host: then a password with a / in it would
 * be taken for a path, and shown.
 * @param schemes without colons
 */
export function addressOf(text: string, schemes: readonly string[]): Address | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const { protocol, hostname, username, password, pathname, search, hash } = url;
  if (!schemes.includes(protocol.slice(0, -1)) || hostname === '') return undefined;
  if (`${pathname}${search}${hash}`.includes('@')) return undefined;
  const hasLogin = username !== '' || password !== '';
  [url.username, url.password] = ['', ''];
  return {
    href: url.href,
    place: placeOf(url),
    shown: shownOf(url),
    login: hasLogin ? { user: decoded(username), password: decoded(password) } : undefined,
  };
}

/** What may be shown of a URL. */
export const shownOf = (url: URL): string => `${placeOf(url)}${url.pathname}${url.search === '' ? '' : '?…'}`;

const placeOf = ({ protocol, host }: URL): string => `${protocol}//${host}`;

/** A percent sign that escapes nothing stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
