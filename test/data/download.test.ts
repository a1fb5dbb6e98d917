/** Downloads from good and bad servers: only an archive with the right checksums is ever installed. */

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { platform } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Download, download } from '../../src/data/download.ts';
import { install, isInstalled } from '../../src/data/install.ts';
import { checksumsOf, differencesOf, OFFICIAL } from '../../src/data/official.ts';
import { PartFile } from '../../src/data/part.ts';
import { CifarNormError } from '../../src/errors.ts';
import { temporary } from './fixtures.ts';
import {
  archiveFrom,
  broken,
  claims,
  forwardTo,
  good,
  type Server,
  serve,
  serveRaw,
  status,
  stopServers,
} from './servers.ts';

/** Reproducible pseudorandom bytes. */
function bytesOf(seed: string, length: number): Uint8Array {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, i) =>
    createHash('sha256').update(`${seed} ${i}`).digest(),
  );
  return Buffer.concat(blocks).subarray(0, length);
}

const content = bytesOf('content', 300_000);
const other = bytesOf('other', 300_000);
const archive = archiveFrom(content);
const HALF = 150_000;

interface Trial extends Partial<Download> {
  readonly folder: string;
}

/** Downloads from a server into a folder, and collects the outcome and the calls. */
async function fetchFrom({ origin }: Server, trial: Trial) {
  const seen: number[] = [];
  const retries: string[] = [];
  const outcome = await download({
    url: `${origin}/made.tar.gz`,
    archive,
    proxies: { http: undefined, https: undefined, none: undefined },
    patience: { retries: 3, pause: 2, stall: 250 },
    signal: new AbortController().signal,
    onBytes: bytes => void seen.push(bytes),
    onRetry: why => void retries.push(why),
    ...trial,
  }).catch(error => error);
  return { outcome, seen, retries };
}

/** Returns the error of a download that must fail and install nothing. */
async function failureOf(server: Server, trial: Trial): Promise<CifarNormError> {
  const { outcome } = await fetchFrom(server, trial);
  expect(outcome).toBeInstanceOf(CifarNormError);
  expect(existsSync(join(trial.folder, archive.name))).toBe(false);
  return outcome;
}

/** Expects the installed archive and no other file. */
function expectWhole(folder: string, expected = content): void {
  expect(filesIn(folder)).toEqual([archive.name]);
  expect(readFileSync(join(folder, archive.name)).equals(expected)).toBe(true);
}

/** Names in a folder, except the lock file, which stays. */
const filesIn = (folder: string) => readdirSync(folder).filter(name => !name.endsWith('.lock'));
const partOf = (folder: string) => join(folder, `${archive.name}.part`);
const rangesOf = ({ requests }: Server) => requests.map(({ headers }) => headers.range);
const once = { retries: 0, pause: 0, stall: 250 };

afterEach(stopServers);

describe('a good server', () => {
  it('every byte arrives', async () => {
    const server = await serve(good(content));
    const folder = join(temporary(), 'new', 'cache');
    const { outcome, seen } = await fetchFrom(server, { folder });
    expect(outcome).toBe(join(folder, archive.name));
    expectWhole(folder);
    expect(seen[0]).toBe(0);
    expect(seen.at(-1)).toBe(content.length);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
  });

  it('replaces a damaged archive of the same size', async () => {
    const folder = temporary();
    writeFileSync(join(folder, archive.name), other);
    await fetchFrom(await serve(good(content)), { folder });
    expectWhole(folder);
  });

  it('a content encoding is not decoded: an archive is bytes', async () => {
    const packed = gzipSync(content);
    const server = await serve((_, answer) => {
      answer.writeHead(200, { 'content-encoding': 'gzip', 'content-length': packed.length }).end(packed);
    });
    const folder = temporary();
    await fetchFrom(server, { folder, archive: archiveFrom(packed) });
    expectWhole(folder, packed);
    expect(server.requests[0]!.headers['accept-encoding']).toBe('identity');
  });
});

describe('an interrupted download', () => {
  it('resumes in the same run', async () => {
    const server = await serve(broken(content, 100_000), good(content));
    const folder = temporary();
    const { retries } = await fetchFrom(server, { folder });
    expectWhole(folder);
    expect(retries.length).toBe(1);
    expect(rangesOf(server)).toEqual([undefined, 'bytes=100000-']);
    expect(server.requests[1]!.headers['if-range']).toBe('"one"');
  });

  it('resumes in the next run', async () => {
    const server = await serve(broken(content, 1), broken(content, HALF), good(content));
    const folder = temporary();
    const error = await failureOf(server, { folder, patience: once });
    expect(error.code).toBe('run');
    expect(error.message).toContain(server.origin);
    expect(error.hint).toMatch(/run the same command again to resume/);
    expect(readFileSync(partOf(folder)).equals(content.subarray(0, 1))).toBe(true);
    await failureOf(server, { folder, patience: once });
    const { seen } = await fetchFrom(server, { folder });
    expect(seen[0]).toBe(HALF);
    expectWhole(folder);
    expect(rangesOf(server)).toEqual([undefined, 'bytes=1-', `bytes=${HALF}-`]);
  });

  it('is only checked if it is already complete', async () => {
    const folder = temporary();
    writeFileSync(partOf(folder), content);
    const server = await serve(status(500));
    await fetchFrom(server, { folder });
    expectWhole(folder);
    expect(server.requests.length).toBe(0);
  });

  it('restarts if the server ignores ranges, even if it claims otherwise', async () => {
    for (const headers of [{}, { 'content-range': `bytes ${HALF}-299999/300000` }]) {
      const server = await serve(
        broken(content, HALF),
        (_, answer) => void answer.writeHead(200, headers).end(content),
      );
      const folder = temporary();
      const { seen } = await fetchFrom(server, { folder });
      expectWhole(folder);
      expect(seen.filter(bytes => bytes === 0).length).toBe(2);
    }
  });

  const lies: [string, number, Record<string, string>][] = [
    ['another offset', 0, {}],
    ['an offset one too far', HALF + 1, {}],
    ['another total length', HALF, { 'content-range': `bytes ${HALF}-299999/300001` }],
    ['an end before the end of the file', HALF, { 'content-range': `bytes ${HALF}-299998/300000` }],
    ['no range at all', HALF, { 'content-range': '' }],
    ['another version', HALF, { etag: '"two"' }],
  ];
  it.each(lies)('restarts if the server sends a wrong range: %s', async (_, from, headers) => {
    const server = await serve(broken(content, HALF), claims(content, from, headers), good(content));
    const folder = temporary();
    await fetchFrom(server, { folder });
    expectWhole(folder);
    expect(rangesOf(server)).toEqual([undefined, `bytes=${HALF}-`, undefined]);
  });

  it('restarts if the part is longer than the file', async () => {
    const server = await serve(broken(content, HALF), status(416), good(content));
    const folder = temporary();
    await fetchFrom(server, { folder });
    expectWhole(folder);
  });

  it('restarts if the file has changed', async () => {
    const server = await serve(broken(other, HALF), good(content, '"two"'));
    const folder = temporary();
    await fetchFrom(server, { folder });
    expectWhole(folder);
    expect(server.requests[1]!.headers['if-range']).toBe('"one"');
  });

  it('restarts if its version is unknown: no strong ETag, an unreadable note, another URL', async () => {
    const weak = await serve(broken(other, HALF, { etag: 'W/"one"' }), good(content));
    const folder = temporary();
    await fetchFrom(weak, { folder });
    expectWhole(folder);
    expect(rangesOf(weak)).toEqual([undefined, undefined]);
    for (const note of ['', '{', 'null', '[]', '{"url":"http://elsewhere/","validator":"\\"one\\""}']) {
      const server = await serve(good(content));
      const again = temporary();
      writeFileSync(partOf(again), other.subarray(0, HALF));
      writeFileSync(`${partOf(again)}.json`, note);
      await fetchFrom(server, { folder: again });
      expectWhole(again);
      expect(rangesOf(server)).toEqual([undefined]);
    }
  });

  it('is identified by its modification date if there is no ETag', async () => {
    const date = 'Thu, 04 Jun 2009 20:43:50 GMT';
    const server = await serve(broken(content, HALF, { 'last-modified': date }), good(content, date));
    const folder = temporary();
    await fetchFrom(server, { folder });
    expectWhole(folder);
    expect(server.requests[1]!.headers['if-range']).toBe(date);
  });

  it('is rejected by its checksum if the version had wrong bytes', async () => {
    const server = await serve(broken(other, HALF), claims(content, HALF, {}));
    const folder = temporary();
    expect((await failureOf(server, { folder })).code).toBe('data');
    expect(filesIn(folder)).toEqual([]);
  });

  it('resumes after an early end without a content length', async () => {
    const server = await serve(
      (_, answer) => void answer.writeHead(200, { etag: '"one"' }).end(content.subarray(0, HALF)),
      good(content),
    );
    const folder = temporary();
    await fetchFrom(server, { folder });
    expectWhole(folder);
    expect(rangesOf(server)[1]).toBe(`bytes=${HALF}-`);
  });

  it('keeps its part when it is aborted, and resumes', async () => {
    const server = await serve((_, answer) => {
      answer.writeHead(200, { etag: '"one"' }).write(content.subarray(0, HALF));
    }, good(content));
    const folder = temporary();
    const controller = new AbortController();
    const stopped = await fetchFrom(server, {
      folder,
      signal: controller.signal,
      onBytes: bytes => {
        if (bytes === HALF) controller.abort(new Error('stopped'));
      },
    });
    expect(stopped.outcome.message).toBe('stopped');
    expect(stopped.retries).toEqual([]);
    expect(statSync(partOf(folder)).size).toBe(HALF);
    await fetchFrom(server, { folder });
    expectWhole(folder);
    expect(rangesOf(server)[1]).toBe(`bytes=${HALF}-`);
  });
});

describe('a slow server', () => {
  it('that stalls: the connection is closed and the download resumes', async () => {
    const server = await serve((_, answer) => {
      answer.writeHead(200, { etag: '"one"' }).write(content.subarray(0, HALF));
    }, good(content));
    const folder = temporary();
    const { retries } = await fetchFrom(server, { folder });
    expectWhole(folder);
    expect(retries).toEqual(['no data for 0.25 s']);
  });

  it('that never answers: a bounded number of attempts', async () => {
    const server = await serve(() => {});
    const error = await failureOf(server, {
      folder: temporary(),
      patience: { ...once, retries: 1, stall: 100 },
    });
    expect(error.code).toBe('run');
    expect(error.message).toMatch(/no data for 0.1 s/);
    expect(server.requests.length).toBe(2);
  });

  it('that is slow but does not stall is waited for', async () => {
    const server = await serve(async (_, answer) => {
      answer.writeHead(200);
      for (let from = 0; from < content.length; from += 50_000) {
        answer.write(content.subarray(from, from + 50_000));
        await wait(80);
      }
      answer.end();
    });
    const folder = temporary();
    const { retries } = await fetchFrom(server, { folder });
    expectWhole(folder);
    expect(retries).toEqual([]);
  });
});

describe('a file that is not the archive', () => {
  it('wrong bytes of the right size: the error gives both checksums, and the part is removed', async () => {
    const server = await serve(good(other));
    const folder = temporary();
    const { code, message, hint } = await failureOf(server, { folder });
    const found = archiveFrom(other);
    expect(code).toBe('data');
    for (const part of [server.origin, archive.md5, archive.sha256, found.md5, found.sha256])
      expect(message).toContain(part);
    expect(hint).toMatch(/--url.*--from/);
    expect(filesIn(folder)).toEqual([]);
  });

  it('too many bytes: the download stops at the size of the archive', async () => {
    let sent = 0;
    const server = await serve((_, answer) => {
      answer.writeHead(200);
      const more = () => {
        while (!answer.destroyed && sent < 100_000_000) {
          sent += content.length;
          if (!answer.write(content)) return;
        }
      };
      answer.on('drain', more);
      more();
    });
    const folder = temporary();
    const error = await failureOf(server, { folder });
    expect(error.code).toBe('data');
    expect(error.message).toMatch(/more than the 300000 bytes/);
    expect(filesIn(folder)).toEqual([]);
    expect(sent).toBeLessThan(50_000_000);
  });

  it('a wrong content length is refused before any data is read', async () => {
    const folder = temporary();
    const server = await serve(
      (_, answer) => void answer.writeHead(200, { 'content-length': 5 }).end('sorry'),
    );
    const error = await failureOf(server, { folder });
    expect(error.message).toMatch(/the file has 5 bytes, and made.tar.gz has 300000/);
    expect(filesIn(folder)).toEqual([]);
  });

  it('404 is not retried', async () => {
    const server = await serve(status(404));
    const error = await failureOf(server, { folder: temporary() });
    expect(error.code).toBe('data');
    expect(error.message).toBe(`${server.origin}/made.tar.gz: the server answered 404`);
    expect(server.requests.length).toBe(1);
  });

  it('an unrequested range is refused', async () => {
    const error = await failureOf(await serve(claims(content, 0, {})), { folder: temporary() });
    expect(error.message).toMatch(/the server answered 206/);
  });

  it.each(['', 'made.tar.gz', 'ftp://host/made.tar.gz', 'file:///etc/passwd'])(
    '%j is not an HTTP URL',
    async url => {
      const error = await failureOf(await serve(status(404)), { folder: temporary(), url });
      expect(error.code).toBe('usage');
    },
  );
});

describe('transient failures', () => {
  it('500, 503, then success', async () => {
    const server = await serve(status(500), status(503), good(content));
    const folder = temporary();
    const { retries } = await fetchFrom(server, { folder });
    expectWhole(folder);
    expect(retries).toEqual(['the server answered 500', 'the server answered 503']);
  });

  it('endless 500s: a bounded number of attempts', async () => {
    const server = await serve(status(500));
    const error = await failureOf(server, { folder: temporary() });
    expect(error.code).toBe('run');
    expect(error.message).toBe(`${server.origin}/made.tar.gz: the server answered 500`);
    expect(server.requests.length).toBe(4);
  });

  it('a refused connection is reported at once', async () => {
    const server = await serve(status(500));
    stopServers();
    const { outcome, retries } = await fetchFrom(server, { folder: temporary() });
    expect(outcome.code).toBe('run');
    expect(outcome.message).toMatch(/ECONNREFUSED/);
    expect(retries).toEqual([]);
  });
});

describe('redirects', () => {
  it('are followed, relative and to other hosts, and again on resumption', async () => {
    const mirror = await serve(broken(content, HALF), good(content));
    const server = await serve(({ url }, answer) => {
      const location = url === '/moved' ? `${mirror.origin}/there` : '/moved';
      answer.writeHead(302, { location }).end();
    });
    const folder = temporary();
    await fetchFrom(server, { folder });
    expectWhole(folder);
    expect(mirror.requests.map(({ url }) => url)).toEqual(['/there', '/there']);
    expect(rangesOf(mirror)).toEqual([undefined, `bytes=${HALF}-`]);
  });

  it('in an endless chain or a loop end in an error', async () => {
    const chain = await serve(
      (_, answer, count) => void answer.writeHead(301, { location: `/${count}` }).end(),
    );
    const error = await failureOf(chain, { folder: temporary() });
    expect(error.code).toBe('data');
    expect(error.message).toMatch(/there are more than 10 redirects/);
    expect(chain.requests.length).toBe(11);
    const loop = await failureOf(await serve(status(301, { location: '/made.tar.gz' })), {
      folder: temporary(),
    });
    expect(loop.code).toBe('data');
    expect(loop.message).toMatch(/its redirect fails: Redirect loop detected/);
  });

  it.each(['file:///etc/passwd', 'ftp://127.0.0.1/made.tar.gz', 'data:,x', 'http://['])(
    'to %s are refused',
    async location => {
      const error = await failureOf(await serve(status(302, { location })), { folder: temporary() });
      expect(error.code).toBe('data');
      expect(error.message).toMatch(/its redirect fails: Invalid URL/);
    },
  );

  it('a failure after a redirect names both URLs', async () => {
    const server = await serve(({ url }, answer) => {
      if (url === '/gone') answer.writeHead(410).end();
      else answer.writeHead(308, { location: '/gone' }).end();
    });
    const error = await failureOf(server, { folder: temporary() });
    expect(error.message).toBe(
      `${server.origin}/made.tar.gz: the server answered 410 at ${server.origin}/gone`,
    );
  });
});

describe('proxies', () => {
  const url = 'http://archive.invalid/made.tar.gz';

  it('HTTP_PROXY: every request goes through it, also on resumption', async () => {
    const server = await serve(broken(content, HALF), good(content));
    const proxy = await serve(forwardTo(server.origin));
    const folder = temporary();
    const http = proxy.origin.replace('//', '//user:secret@').replace('http://', '');
    await fetchFrom(server, { folder, url, proxies: { http, https: undefined, none: undefined } });
    expectWhole(folder);
    expect(proxy.requests.map(asked => asked.url)).toEqual([url, url]);
    const login = Buffer.from('user:secret').toString('base64');
    expect(proxy.requests[0]!.headers['proxy-authorization']).toBe(`Basic ${login}`);
  });

  it('HTTPS_PROXY: a tunnel is requested', async () => {
    const proxy = await serve(status(500));
    const proxies = { http: undefined, https: proxy.origin, none: undefined };
    const error = await failureOf(proxy, {
      folder: temporary(),
      url: 'https://archive.invalid/made.tar.gz',
      proxies,
      patience: once,
    });
    expect(proxy.requests.map(({ method, url }) => [method, url])).toEqual([
      ['CONNECT', 'archive.invalid:443'],
    ]);
    expect(error.message).toMatch(/502/);
    expect(error.hint).toContain(proxy.origin);
  });

  it('NO_PROXY: the hosts in it are reached directly', async () => {
    const server = await serve(good(content));
    const proxy = await serve(status(500));
    const folder = temporary();
    await fetchFrom(server, { folder, proxies: { http: proxy.origin, https: '', none: 'x, 127.0.0.1' } });
    expectWhole(folder);
    expect(proxy.requests.length).toBe(0);
  });

  it('the error for an unreachable or invalid proxy hides its password', async () => {
    const gone = await serve(status(500));
    stopServers();
    const proxies = { http: gone.origin.replace('//', '//user:secret@'), https: undefined, none: undefined };
    const error = await failureOf(gone, { folder: temporary(), url, proxies });
    expect(error.code).toBe('run');
    expect(error.message).toMatch(/ECONNREFUSED/);
    expect(error.hint).toContain(gone.origin);
    expect(`${error.message} ${error.hint}`).not.toContain('secret');

    const wrong = { http: 'http://user:secret@a b:x/', https: undefined, none: undefined };
    const refused = await failureOf(gone, { folder: temporary(), url, proxies: wrong });
    expect(refused.code).toBe('usage');
    expect(refused.message).not.toContain('secret');
  });
});

describe('the disk', () => {
  it.skipIf(platform() !== 'linux')(
    'is full: the error names the part, which is kept; there is no further attempt',
    async () => {
      const folder = temporary();
      const server = await serve(broken(content, HALF), good(content));
      await failureOf(server, { folder, patience: once });
      const full = vi
        .spyOn(PartFile.prototype, 'resume')
        .mockImplementation(async () => open('/dev/full', 'a'));
      const error = await failureOf(server, { folder });
      full.mockRestore();
      expect(error.code).toBe('run');
      expect(error.message).toContain(partOf(folder));
      expect(error.message).toMatch(/ENOSPC/);
      expect(error.hint).toMatch(/free some space/);
      expect(server.requests.length).toBe(2);
      await fetchFrom(server, { folder });
      expectWhole(folder);
    },
  );

  it('refuses a folder: one error', async () => {
    const file = join(temporary(), 'file');
    writeFileSync(file, '');
    const error = await failureOf(await serve(good(content)), { folder: join(file, 'cache') });
    expect(error.code).toBe('run');
    expect(error.message).toContain(join(file, 'cache', archive.name));
  });

  it('refuses the archive: the part is kept, and is installed without a download later', async () => {
    const folder = temporary();
    writeFileSync(partOf(folder), content);
    mkdirSync(join(folder, archive.name, 'in the way'), { recursive: true });
    const server = await serve(status(404));
    const { outcome } = await fetchFrom(server, { folder });
    expect(outcome.code).toBe('run');
    expect(outcome.message).toContain(join(folder, archive.name));
    expect(statSync(partOf(folder)).size).toBe(content.length);
    rmSync(join(folder, archive.name), { recursive: true });
    await fetchFrom(server, { folder });
    expectWhole(folder);
    expect(server.requests.length).toBe(0);
  });
});

describe('a server that does not speak HTTP', () => {
  const forever = (text: string) => (socket: Socket) => {
    const more = () => {
      while (!socket.destroyed && socket.write(text));
    };
    socket.on('drain', more);
    more();
  };
  const answers: [string, (socket: Socket) => void, RegExp][] = [
    ['garbage', socket => socket.write('\0\x01\x02 a login page\r\n\r\n'), /the answer is not HTTP/],
    ['another protocol', socket => socket.write('SSH-2.0-OpenSSH_9.9\r\n'), /the answer is not HTTP/],
    [
      'a bad length',
      socket => socket.write('HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n'),
      /the answer is not HTTP/,
    ],
    [
      'a bad chunk',
      socket => socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n'),
      /./,
    ],
    ['nothing, and closes', socket => socket.end(), /other side closed/],
    ['a reset', socket => socket.resetAndDestroy(), /ECONNRESET/],
    [
      'endless headers',
      socket => {
        socket.write('HTTP/1.1 200 OK\r\n');
        forever(`x: ${'y'.repeat(1000)}\r\n`)(socket);
      },
      /too many headers/,
    ],
    ['endless interim answers', forever('HTTP/1.1 103 Early Hints\r\n\r\n'), /no data for 0.25 s/],
    [
      'an upgrade',
      socket => socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'),
      /bad upgrade/,
    ],
  ];
  const patience = { retries: 1, pause: 1, stall: 250 };

  it.each(answers)('%s: one error', async (_, act, message) => {
    for (const when of ['connection', 'request'] as const) {
      const server = await serveRaw(socket => {
        if (when === 'connection') act(socket);
        else socket.once('data', () => act(socket));
      });
      const error = await failureOf(server, { folder: temporary(), patience });
      expect(error.code).toBe('run');
      expect(error.message).toMatch(message);
    }
  });

  it.each([...answers, ['silence', () => {}, /./] as const])('%s from a proxy: one error', async (_, act) => {
    for (const scheme of ['http', 'https']) {
      const proxy = await serveRaw(socket => socket.once('data', () => act(socket)));
      const error = await failureOf(proxy, {
        folder: temporary(),
        patience,
        url: `${scheme}://archive.invalid/made.tar.gz`,
        proxies: { http: proxy.origin, https: proxy.origin, none: undefined },
      });
      expect(error.code).toBe('run');
      expect(error.hint).toContain(proxy.origin);
    }
  });

  it('an HTTPS URL: the error has the reason that TLS failed', async () => {
    const server = await serveRaw(socket => socket.write('a login page\r\n\r\n'));
    const url = `${server.origin.replace('http:', 'https:')}/made.tar.gz`;
    const { message } = await failureOf(server, { folder: temporary(), url });
    expect(message).toBe(`${url}: TLS failed: wrong version number`);
  });

  it('the connection can be aborted while a proxy is silent', async () => {
    const proxy = await serveRaw(() => {});
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error('stopped')), 50);
    const { outcome } = await fetchFrom(proxy, {
      folder: temporary(),
      url: 'https://archive.invalid/made.tar.gz',
      proxies: { http: undefined, https: proxy.origin, none: undefined },
      patience: { ...once, stall: 60_000 },
      signal: controller.signal,
    });
    expect(outcome.message).toBe('stopped');
  });
});

describe('two downloads of one archive', () => {
  it('the second names the process that downloads, and does not disturb the first', async () => {
    const folder = temporary();
    let finish = () => {};
    const server = await serve((_, answer) => {
      answer.writeHead(200, { etag: '"one"' }).write(content.subarray(0, HALF));
      finish = () => answer.end(content.subarray(HALF));
    }, good(content));
    let begun = () => {};
    const half = new Promise<void>(resolve => {
      begun = resolve;
    });
    const first = fetchFrom(server, {
      folder,
      patience: { ...once, stall: 60_000 },
      onBytes: bytes => void (bytes === HALF && begun()),
    });
    await half;
    const second = await failureOf(server, { folder });
    expect(second.code).toBe('usage');
    expect(second.message).toContain(`is being fetched by process ${process.pid}`);
    const from = join(temporary(), 'carried');
    writeFileSync(from, content);
    const target = join(folder, archive.name);
    const { signal } = new AbortController();
    await expect(install({ from, target, archive, signal })).rejects.toThrow(/is being fetched by/);
    expect(statSync(partOf(folder)).size).toBe(HALF);
    finish();
    expect((await first).outcome).toBe(target);
    expectWhole(folder);
    expect(server.requests.length).toBe(1);
  });

  it('the next download removes the remains of a killed copy', async () => {
    const folder = temporary();
    writeFileSync(join(folder, `${archive.name}.copy`), 'half a copy');
    await fetchFrom(await serve(good(content)), { folder });
    expectWhole(folder);
  });
});

describe.skipIf(platform() === 'win32')('files that are not regular', () => {
  const fifo = (path: string) => void spawnSync('mkfifo', [path]);
  const device = (path: string) => symlinkSync('/dev/zero', path);
  const makers = [fifo, device, (path: string) => symlinkSync('/nowhere', path)];

  it('a part is refused, and the error names it', async () => {
    for (const make of makers) {
      const folder = temporary();
      make(partOf(folder));
      const error = await failureOf(await serve(good(content)), { folder });
      expect(error.message).toBe(`${partOf(folder)} is not a regular file`);
    }
  });

  it('a note is replaced, and never written through', async () => {
    for (const make of [...makers, (path: string) => symlinkSync(join(path, '..', '..', 'victim'), path)]) {
      const folder = temporary();
      writeFileSync(partOf(folder), content.subarray(0, HALF));
      make(`${partOf(folder)}.json`);
      await fetchFrom(await serve(good(content)), { folder });
      expectWhole(folder);
    }
  });

  it('an archive at the target is replaced; a local file is refused, and the error names it', async () => {
    const { signal } = new AbortController();
    const folder = temporary();
    const target = join(folder, archive.name);
    fifo(target);
    expect(await isInstalled(target, archive, signal)).toBe(false);
    for (const make of [fifo, device]) {
      const from = join(temporary(), 'from');
      make(from);
      await expect(install({ from, target, archive, signal })).rejects.toThrow(
        `${from} is not a regular file`,
      );
      await expect(checksumsOf(from)).rejects.toThrow(`${from} is not a regular file`);
    }
    await fetchFrom(await serve(good(content)), { folder });
    expectWhole(folder);
  });
});

describe('an archive from a local file', () => {
  const { signal } = new AbortController();
  const failure = async (from: string, target: string) => {
    const error = await install({ from, target, archive, signal }).catch(e => e);
    expect(error).toBeInstanceOf(CifarNormError);
    expect(error.code).toBe('data');
    return error.message as string;
  };

  it('is checked and copied', async () => {
    const from = join(temporary(), 'carried');
    const folder = join(temporary(), 'new');
    const target = join(folder, archive.name);
    writeFileSync(from, content, { mode: 0o444 });
    expect(await isInstalled(target, archive, signal)).toBe(false);
    await install({ from, target, archive, signal });
    expectWhole(folder);
    expect(await isInstalled(target, archive, signal)).toBe(true);
    expect(readFileSync(from).equals(content)).toBe(true);
    expect(statSync(target).mode & 0o200).toBe(0o200);
    writeFileSync(target, other);
    expect(await isInstalled(target, archive, signal)).toBe(false);
    await install({ from, target, archive, signal });
    await install({ from: target, target, archive, signal });
    expectWhole(folder);
  });

  it('wrong, truncated, a folder or missing: the target keeps its content', async () => {
    const from = join(temporary(), 'carried');
    const folder = temporary();
    const target = join(folder, archive.name);
    writeFileSync(target, 'before');
    writeFileSync(from, other);
    const message = await failure(from, target);
    expect(message).toContain(`its md5 is ${archiveFrom(other).md5}, expected ${archive.md5}`);
    expect(message).toContain(`its sha256 is ${archiveFrom(other).sha256}, expected ${archive.sha256}`);
    writeFileSync(from, content.subarray(1));
    expect(await failure(from, target)).toMatch(/its size in bytes is 299999, expected 300000/);
    expect(await failure(folder, target)).toMatch(/is not a regular file/);
    expect(await failure(join(folder, 'none'), target)).toMatch(/there is no such file/);
    expectWhole(folder, Buffer.from('before'));
  });
});

describe('checksums', () => {
  it('each of the three detects a difference', async () => {
    const path = join(temporary(), 'file');
    writeFileSync(path, content);
    const found = await checksumsOf(path);
    expect(differencesOf(archive, found)).toEqual([]);
    for (const change of [{ bytes: 1 }, { md5: '' }, { sha256: '' }])
      expect(differencesOf({ ...archive, ...change }, found).length).toBe(1);
  });

  it('the official ones look like checksums', () => {
    for (const { name, url, md5, sha256 } of Object.values(OFFICIAL)) {
      expect(url).toBe(`https://www.cs.toronto.edu/~kriz/${name}`);
      expect(md5).toMatch(/^[0-9a-f]{32}$/);
      expect(sha256).toMatch(/^[0-9a-f]{64}$/);
    }
  });
});
