/** Connections to a server, directly or through a proxy. */
import type { Dispatcher } from 'undici';
import { CifarNormError } from '../errors.ts';

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
  const { Agent, EnvHttpProxyAgent, interceptors } = await import('undici');
  const redirect = interceptors.redirect({ maxRedirections: MAX_REDIRECTS });
  // The download times out stalled connections itself, by one clock for headers and body.
  const timeouts = { headersTimeout: 0, bodyTimeout: 0 };
  if (!proxies.http && !proxies.https) return new Agent(timeouts).compose(redirect);
  try {
    const agent = new EnvHttpProxyAgent({
      ...timeouts,
      // All three are given, since undici reads the environment for those that are not.
      httpProxy: withScheme(proxies.http),
      httpsProxy: withScheme(proxies.https),
      noProxy: proxies.none ?? '',
      // Few proxies tunnel to port 80.
      proxyTunnel: false,
    });
    return agent.compose(redirect);
  } catch (error) {
    throw new CifarNormError(
      'usage',
      `the proxy ${proxyText(proxies)} cannot be used: ${(error as Error).message}`,
      'HTTP_PROXY and HTTPS_PROXY must have the form http://host:port',
    );
  }
}

/** The proxies without their passwords; empty if there are none. */
export const proxyText = ({ http, https }: Proxies): string =>
  [...new Set([withScheme(http), withScheme(https)])]
    .filter(proxy => proxy !== '')
    .map(proxy => proxy.replace(/\/\/[^/]*@/, '//'))
    .join(' or ');

const withScheme = (proxy = ''): string =>
  proxy === '' || proxy.includes('://') ? proxy : `http://${proxy}`;
