/** Good and bad local servers that record the requests they receive. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createRawServer, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { Archive } from '../../src/data/official.ts';

export interface Server {
  /** Without a trailing slash. */
  readonly origin: string;
  /** Every request, in order. */
  readonly requests: IncomingMessage[];
}

type Answer = (asked: IncomingMessage, answer: ServerResponse, count: number) => void;

const stops: (() => void)[] = [];

/** Answers with the given functions in turn, then repeats the last one. */
export async function serve(...answers: readonly Answer[]): Promise<Server> {
  const requests: IncomingMessage[] = [];
  const server = createServer((asked, answer) => {
    requests.push(asked);
    answers[Math.min(requests.length, answers.length) - 1]!(asked, answer, requests.length);
  });
  const sockets = new Set<Socket>();
  server.on('connection', socket => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
  });
  // As a proxy, it refuses tunnels.
  server.on('connect', (asked, socket) => {
    requests.push(asked);
    socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  stops.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

/** Passes each raw connection to a function, without HTTP. */
export async function serveRaw(onConnection: (socket: Socket) => void): Promise<Server> {
  const sockets = new Set<Socket>();
  const server = createRawServer(socket => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    onConnection(socket);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  stops.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests: [] };
}

export function stopServers(): void {
  for (const stop of stops.splice(0)) stop();
}

/** Describes given bytes as if they were an official archive. */
export function archiveFrom(content: Uint8Array): Archive {
  const hash = (kind: string) => createHash(kind).update(content).digest('hex');
  return {
    name: 'made.tar.gz',
    url: '',
    bytes: content.length,
    md5: hash('md5'),
    sha256: hash('sha256'),
  };
}

/** Sends the requested range if the version still matches, otherwise everything. */
export const good =
  (content: Uint8Array, etag = '"one"'): Answer =>
  ({ headers }, answer) => {
    const from = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);
    const { length } = content;
    if (from === 0 || headers['if-range'] !== etag) {
      answer.writeHead(200, { 'content-length': length, etag }).end(content);
      return;
    }
    const range = `bytes ${from}-${length - 1}/${length}`;
    answer
      .writeHead(206, { 'content-range': range, 'content-length': length - from, etag })
      .end(content.subarray(from));
  };

/** Sends some bytes, then drops the connection. */
export const broken =
  (
    content: Uint8Array,
    bytes: number,
    headers: Record<string, string | string[]> = { etag: '"one"' },
  ): Answer =>
  async (_, answer) => {
    answer.writeHead(200, { 'content-length': content.length, ...headers });
    answer.write(content.subarray(0, bytes));
    await wait(30);
    answer.destroy();
  };

/** Sends the rest after `from` as a range, whatever was requested, with headers that may claim otherwise. */
export const claims =
  (content: Uint8Array, from: number, headers: Record<string, string>): Answer =>
  (_, answer) =>
    void answer
      .writeHead(206, {
        'content-range': `bytes ${from}-${content.length - 1}/${content.length}`,
        etag: '"one"',
        ...headers,
      })
      .end(content.subarray(from));

export const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  (_, answer) =>
    void answer.writeHead(code, headers).end('a page');

/** A proxy that forwards every request to one origin. */
export const forwardTo =
  (origin: string): Answer =>
  (asked, answer) => {
    const { pathname } = new URL(asked.url!);
    request(`${origin}${pathname}`, { headers: asked.headers }, found => {
      answer.writeHead(found.statusCode!, found.headers);
      found.pipe(answer);
    }).end();
  };
