/** Connections to a server, directly or through a proxy. */
import type { Dispatcher } from 'undici';
import { CifarNormError } from '../errors.ts';
import { type Address, addressOf, ESCAPES } from './address.ts';
import { Transient, transient } from './failures.ts';

/** The values of HTTP_PROXY, HTTPS_PROXY and NO_PROXY. */
export interface Proxies {
  readonly http: string | undefined;
  readonly https: string | undefined;
  /** Hosts to reach without a proxy, separated by commas. */
  readonly none: string | undefined;
}

const MAX_REDIRECTS = 10;

/** @throws CifarNormError (usage) if a proxy is not a valid address */
export async function dispatcherFor(proxies: Proxies): Promise<Dispatcher> {
  const { http, https } = addressesOf(proxies);
  const { Agent, EnvHttpProxyAgent, interceptors, Pool } = await import('undici');
  const redirect = interceptors.redirect({ maxRedirections: MAX_REDIRECTS });
  // The download times out stalled connections itself, by one clock for headers and body.
  const timeouts = { headersTimeout: 0, bodyTimeout: 0 };
  if (!http && !https) return new Agent(timeouts).compose(redirect);
  const agent = new EnvHttpProxyAgent({
    ...timeouts,
    // All three are given, since undici reads the environment for those that are not.
    httpProxy: uriOf(http),
    httpsProxy: uriOf(https),
    noProxy: proxies.none ?? '',
    // Few proxies tunnel to port 80.
    proxyTunnel: false,
    clientFactory: (url, options) =>
      new Pool(url.origin, options).compose(tunnel(proxyAt('HTTPS_PROXY', url.href)!)),
  });
  return agent.compose(redirect);
}

/** The proxies without their logins; empty if there are none. */
export function proxyText(proxies: Proxies): string {
  const { http, https } = addressesOf(proxies);
  return [...new Set([http, https].flatMap(address => address?.place ?? []))].join(' or ');
}

/** The error for a proxy that refuses the user; undefined for another answer. */
export function loginRefusal(status: number, proxy: Address): CifarNormError | undefined {
  if (status !== 407) return undefined;
  return new CifarNormError(
    'run',
    `the proxy ${proxy.place} ${proxy.login ? 'does not accept the user name and the password' : 'asks for a user name and a password'} (407)`,
    `give them in HTTP_PROXY and HTTPS_PROXY as http://user:password@host:port; ${ESCAPES}`,
  );
}

/** @throws CifarNormError (usage) if one is not valid */
export function addressesOf({ http, https }: Proxies): {
  readonly http: Address | undefined;
  readonly https: Address | undefined;
} {
  return { http: proxyAt('HTTP_PROXY', http), https: proxyAt('HTTPS_PROXY', https) };
}

function proxyAt(variable: string, value = ''): Address | undefined {
  const text = value.trim();
  if (text === '') return undefined;
  const address = addressOf(/^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`, SCHEMES);
  if (address) return address;
  throw new CifarNormError(
    'usage',
    `${variable} is not the address of a proxy`,
    `use the form http://host:port, or http://user:password@host:port; ${ESCAPES}`,
  );
}

const SCHEMES = ['http', 'https', 'socks5', 'socks'];

/** What undici decodes as it is meant. */
function uriOf(proxy: Address | undefined): string {
  if (!proxy) return '';
  const { place, login } = proxy;
  if (!login) return place;
  const text = [login.user, login.password].map(encodeURIComponent).join(':');
  return place.replace('//', `//${text}@`);
}

/**
 * Names the proxy in the errors of a request for a tunnel. undici answers a proxy that closes the connection by connecting
 * again, without end.
 */
const tunnel =
  (proxy: Address): Dispatcher.DispatcherComposeInterceptor =>
  dispatch =>
  (options, handler) =>
    dispatch(options, {
      onRequestStart: (controller, context) => handler.onRequestStart?.(controller, context),
      onRequestUpgrade(controller, status, headers, socket) {
        if (status === 200) return handler.onRequestUpgrade?.(controller, status, headers, socket);
        socket.on('error', () => {}).destroy();
        const what = `the proxy ${proxy.place} answered ${status}`;
        const error = loginRefusal(status, proxy) ?? transient(status, headers, what) ?? refusal(proxy, what);
        return handler.onResponseError?.(controller, error);
      },
      onResponseError(controller, error) {
        const isClosed = /^(UND_ERR_SOCKET|ECONNRESET|EPIPE)$/.test(
          (error as NodeJS.ErrnoException).code ?? '',
        );
        const named = isClosed ? new Transient(`the proxy ${proxy.place} closed the connection`) : error;
        handler.onResponseError?.(controller, named);
      },
    });

const refusal = ({ place }: Address, what: string): CifarNormError =>
  new CifarNormError(
    'run',
    what,
    `may the proxy ${place} connect to this host? Otherwise bring the archive from elsewhere with --from FILE`,
  );
