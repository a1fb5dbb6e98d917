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
import { type Download, download, type Patience } from '../../src/data/download.ts';
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

interface Trial extends Partial<Omit<Download, 'patience'>> {
  readonly folder: string;
  readonly patience?: Partial<Patience>;
}

/** Downloads from a server into a folder, and collects the outcome and the calls. */
async function fetchFrom({ origin }: Server, trial: Trial) {
  const seen: number[] = [];
  const retries: string[] = [];
  const outcome = await download({
    url: `${origin}/made.tar.gz`,
    archive,
    proxies: { http: undefined, https: undefined, none: undefined },
    signal: new AbortController().signal,
    onBytes: bytes => void seen.push(bytes),
    onRetry: why => void retries.push(why),
    ...trial,
    patience: { retries: 3, pause: 2, stall: 250, least: 1000, longest: 2000, ...trial.patience },
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
/** No attempt brings enough bytes to be followed by another. */
const once = { retries: 0, pause: 0, stall: 250, least: Number.POSITIVE_INFINITY };

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

  it('a note with any flipped bit is no note', async () => {
    const folder = temporary();
    const note = `${partOf(folder)}.json`;
    const server = await serve(broken(content, HALF));
    await failureOf(server, { folder, patience: once });
    const bytes = readFileSync(note);
    const url = `${server.origin}/made.tar.gz`;
    const part = new PartFile(join(folder, archive.name), new AbortController().signal);
    expect(await part.held(url)).toEqual({ bytes: HALF, validator: '"one"' });
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      writeFileSync(note, flipped);
      expect(await part.held(url)).toBeUndefined();
    }
  });

  it('a version that is no valid header is not noted, and in a note it does not count', async () => {
    for (const validator of ['"a\nb"', '"a\0b"', '"€"', 'Thu\r\nx: y', '"a","b"', '', 'yesterday']) {
      const server = await serve(good(content));
      const folder = temporary();
      writeFileSync(partOf(folder), other.subarray(0, HALF));
      const url = `${server.origin}/made.tar.gz`;
      const sha256 = createHash('sha256').update(`${url}\n${validator}`).digest('hex').slice(0, 16);
      writeFileSync(`${partOf(folder)}.json`, JSON.stringify({ url, validator, sha256 }));
      const { retries } = await fetchFrom(server, { folder });
      expectWhole(folder);
      expect(rangesOf(server)).toEqual([undefined]);
      expect(retries).toEqual([]);
    }
    const versions: Record<string, string | string[]>[] = [
      { etag: ['"a"', '"b"'] },
      { etag: 'one' },
      { 'last-modified': 'yesterday' },
    ];
    for (const headers of versions) {
      const server = await serve(broken(content, HALF, headers), good(content));
      const folder = temporary();
      await fetchFrom(server, { folder });
      expectWhole(folder);
      expect(rangesOf(server)).toEqual([undefined, undefined]);
    }
  });

  it('restarts if the server sends more than the rest', async () => {
    const longer = Buffer.concat([content.subarray(HALF), Buffer.alloc(10)]);
    const range = { 'content-range': `bytes ${HALF}-299999/300000`, etag: '"one"' };
    for (const length of [{ 'content-length': String(longer.length) }, {}]) {
      const server = await serve(
        broken(content, HALF),
        (_, answer) => void answer.writeHead(206, { ...range, ...length }).end(longer),
        good(content),
      );
      const folder = temporary();
      await fetchFrom(server, { folder });
      expectWhole(folder);
      expect(rangesOf(server)).toEqual([undefined, `bytes=${HALF}-`, undefined]);
    }
  });

  it('attempts that bring bytes do not count', async () => {
    const server = await serve((asked, answer) => {
      const from = Number(/\d+/.exec(asked.headers.range ?? '0')![0]);
      const piece = content.subarray(from, from + 20_000);
      const range = { 'content-range': `bytes ${from}-299999/300000` };
      answer.writeHead(from === 0 ? 200 : 206, { etag: '"one"', ...(from > 0 && range) });
      answer.write(piece, () => setTimeout(() => answer.destroy(), 30));
    });
    const folder = temporary();
    const { retries } = await fetchFrom(server, { folder, patience: { retries: 1, pause: 1 } });
    expect(retries.length).toBe(content.length / 20_000 - 1);
    expectWhole(folder);
  });

  it('attempts that bring nothing new count: the same bytes again, a few bytes', async () => {
    const same = await serve(broken(content, HALF, {}));
    await failureOf(same, { folder: temporary(), patience: { retries: 2, pause: 1 } });
    expect(same.requests.length).toBe(4);
    const few = await serve((asked, answer) => {
      const from = Number(/\d+/.exec(asked.headers.range ?? '0')![0]);
      const range = { 'content-range': `bytes ${from}-299999/300000` };
      answer.writeHead(from === 0 ? 200 : 206, { etag: '"one"', ...(from > 0 && range) });
      answer.write(content.subarray(from, from + 10), () => setTimeout(() => answer.destroy(), 30));
    });
    await failureOf(few, { folder: temporary(), patience: { retries: 2, pause: 1 } });
    expect(few.requests.length).toBe(3);
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

  it('a body of one byte now and then ends', async () => {
    const server = await serve(async (_, answer) => {
      answer.writeHead(200, { etag: '"one"' });
      for (let at = 0; !answer.destroyed; at++) {
        answer.write(content.subarray(at, at + 1));
        await wait(50);
      }
    });
    const error = await failureOf(server, { folder: temporary(), patience: { ...once, stall: 300 } });
    expect(error.code).toBe('run');
    expect(error.message).toMatch(/: only [1-6] bytes in 0.3 s$/);
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

  it('408, 425 and 429, then success', async () => {
    const server = await serve(status(408), status(425), status(429), good(content));
    const folder = temporary();
    await fetchFrom(server, { folder });
    expectWhole(folder);
  });

  it('Retry-After is heeded, in seconds and as a date', async () => {
    for (const value of ['1', () => new Date(Date.now() + 2000).toUTCString()]) {
      const server = await serve(
        (_, answer) =>
          void answer.writeHead(503, { 'retry-after': typeof value === 'string' ? value : value() }).end(),
        good(content),
      );
      const folder = temporary();
      const begun = performance.now();
      const waits: number[] = [];
      await fetchFrom(server, { folder, onRetry: (_, milliseconds) => void waits.push(milliseconds) });
      expectWhole(folder);
      // A date has no fractions of a second.
      expect(waits[0]).toBeGreaterThan(900);
      expect(performance.now() - begun).toBeGreaterThan(900);
    }
    for (const value of ['soon', '-5', '', 'Thu, 04 Jun 2009 20:43:50 GMT']) {
      const server = await serve(status(429, { 'retry-after': value }), good(content));
      const folder = temporary();
      const waits: number[] = [];
      await fetchFrom(server, { folder, onRetry: (_, milliseconds) => void waits.push(milliseconds) });
      expect(waits).toEqual([2]);
    }
  });

  it('a Retry-After that is too long ends the download, and the error says how long', async () => {
    const server = await serve(status(503, { 'retry-after': '3600' }));
    const error = await failureOf(server, { folder: temporary() });
    expect(error.message).toBe(
      `${server.origin}/made.tar.gz: the server answered 503, and asks to wait 3600 s`,
    );
    expect(server.requests.length).toBe(1);
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

describe('a proxy', () => {
  const url = 'https://archive.invalid/made.tar.gz';
  const answering = (text: string) => serveRaw(socket => socket.once('data', () => socket.end(text)));

  it.each([
    ['', /^the proxy http:\/\/127\.0\.0\.1:\d+ asks for a user name and a password \(407\)$/],
    ['bob:pw@', /does not accept the user name and the password \(407\)$/],
  ])('that wants another login than %j ends the download at once', async (login, message) => {
    const attempts: Socket[] = [];
    const tunnels = await serveRaw(socket => {
      attempts.push(socket);
      socket.once('data', () => socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n'));
    });
    const plain = await serve(status(407));
    for (const [proxy, asked] of [
      [tunnels, url],
      [plain, url.replace('https', 'http')],
    ] as const) {
      const at = proxy.origin.replace('//', `//${login}`);
      const { outcome, retries } = await fetchFrom(proxy, {
        folder: temporary(),
        url: asked,
        proxies: { http: at, https: at, none: undefined },
      });
      expect(outcome.code).toBe('run');
      expect(outcome.message).toMatch(message);
      expect(outcome.hint).toMatch(/HTTPS_PROXY as http:\/\/user:password@host:port/);
      expect(retries).toEqual([]);
    }
    expect(attempts.length).toBe(1);
    expect(plain.requests.length).toBe(1);
  });

  it('that refuses the host ends it at once; one that is busy is asked again', async () => {
    const refusing = await answering('HTTP/1.1 403 Forbidden\r\n\r\n');
    const proxies = { http: undefined, https: refusing.origin, none: undefined };
    const { outcome, retries } = await fetchFrom(refusing, { folder: temporary(), url, proxies });
    expect(outcome.message).toBe(`the proxy ${refusing.origin} answered 403`);
    expect(retries).toEqual([]);
    const busy = await answering('HTTP/1.1 503 Busy\r\nretry-after: 1\r\n\r\n');
    const waits: number[] = [];
    const { outcome: last } = await fetchFrom(busy, {
      folder: temporary(),
      url,
      proxies: { ...proxies, https: busy.origin },
      patience: { retries: 1 },
      onRetry: (_, milliseconds) => void waits.push(milliseconds),
    });
    expect(last.message).toBe(`${url}: the proxy ${busy.origin} answered 503, and asks to wait 1 s`);
    expect(waits).toEqual([1000]);
  });

  it.each([
    ['ends', (socket: Socket) => void socket.end()],
    ['resets', (socket: Socket) => void socket.resetAndDestroy()],
  ])('that %s the connection is named, soon', async (_, act) => {
    const proxy = await serveRaw(socket => socket.once('data', () => act(socket)));
    const begun = performance.now();
    const { message } = await failureOf(proxy, {
      folder: temporary(),
      url,
      proxies: { http: undefined, https: proxy.origin, none: undefined },
      patience: { retries: 1, stall: 60_000 },
    });
    expect(message).toBe(`${url}: the proxy ${proxy.origin} closed the connection`);
    expect(performance.now() - begun).toBeLessThan(10_000);
  });
});

describe('passwords', () => {
  /** Those that URLs escape, those that they do not, and those that end the host of a careless reader. */
  const passwords = [
    'hunter2',
    'hun/ter2',
    'hun#ter2',
    'hun?ter2',
    'hun@ter2',
    'hun:ter2',
    '80/ter2',
    '80#ter2',
  ];
  passwords.push(
    '80?ter2',
    '80\\ter2',
    'hun ter2',
    'hun%ter2',
    'hun%2Fter2',
    '%zzter2',
    'ter2"<>[]^`{|}',
    '€ter2',
  );

  /** Everything that a user, or another user of the machine, gets to see. */
  async function seenOf(server: Server, trial: Trial): Promise<string> {
    const retries: string[] = [];
    const { outcome } = await fetchFrom(server, {
      ...trial,
      patience: { retries: 1, pause: 1 },
      onRetry: why => void retries.push(why),
    });
    const texts = filesIn(trial.folder)
      .filter(name => name.endsWith('.json'))
      .map(name => readFileSync(join(trial.folder, name), 'utf8'));
    return [...retries, ...texts, outcome.message, outcome.hint, outcome.stack].join('\n');
  }

  it.each(passwords)('of a proxy are not shown, and are sent or refused: %s', async password => {
    const proxy = await serve(status(500), status(407));
    for (const url of ['http://archive.invalid/x', 'https://archive.invalid/x']) {
      const at = proxy.origin.replace('http://', `bob:${password}@`);
      for (const address of [at, `http://${at}`, `https://${at}`, `bob:${password}@`, `ftp://${at}`]) {
        const folder = temporary();
        const proxies = { http: address, https: address, none: undefined };
        const seen = await seenOf(proxy, { folder, url, proxies });
        expect(seen).not.toMatch(/ter2|bob/);
      }
    }
    const sent = proxy.requests.map(({ headers }) => headers['proxy-authorization']).filter(Boolean);
    for (const header of sent) {
      const given = Buffer.from(header!.replace('Basic ', ''), 'base64').toString();
      expect([`bob:${password}`, `bob:${unescaped(password)}`]).toContain(given);
    }
    expect(sent.length > 0 || /[/\\#?]/.test(password)).toBe(true);
  });

  it.each(passwords)('of a URL are not shown or noted, and are sent or refused: %s', async password => {
    const server = await serve(broken(content, HALF), status(410));
    const host = server.origin.replace('http://', '');
    for (const url of [`http://bob:${password}@${host}/x?token=ter2`, `ftp://bob:${password}@${host}/x`]) {
      expect(await seenOf(server, { folder: temporary(), url })).not.toMatch(/ter2|bob/);
    }
    const sent = server.requests.map(({ headers }) => headers.authorization);
    for (const header of sent) {
      const given = Buffer.from(header!.replace('Basic ', ''), 'base64').toString();
      expect([`bob:${password}`, `bob:${unescaped(password)}`]).toContain(given);
    }
    expect(sent.length > 0 || /[/\\#?]/.test(password)).toBe(true);
  });

  const unescaped = (text: string) => {
    try {
      return decodeURIComponent(text);
    } catch {
      return text;
    }
  };

  it('of a URL go to its host only, and an interrupted download resumes with them', async () => {
    const mirror = await serve(good(content));
    const server = await serve(broken(content, HALF), (_, answer) =>
      answer
        .writeHead(302, { location: `${mirror.origin.replace('//', '//eve:ter2@')}/there?key=ter2` })
        .end(),
    );
    const folder = temporary();
    const url = `${server.origin.replace('//', '//bob:pw@')}/x`;
    await fetchFrom(server, { folder, url });
    expectWhole(folder);
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([
      'Basic Ym9iOnB3',
      'Basic Ym9iOnB3',
    ]);
    expect(server.requests[1]!.headers.range).toBe(`bytes=${HALF}-`);
    expect(mirror.requests[0]!.headers.authorization).toBeUndefined();
  });

  it('in a redirect are not shown', async () => {
    const gone = await serve(status(410));
    const location = `${gone.origin.replace('//', '//eve:ter2@')}/there?key=ter2`;
    const server = await serve(status(302, { location }));
    const seen = await seenOf(server, { folder: temporary() });
    expect(seen).toContain(`answered 410 at ${gone.origin}/there?…`);
    expect(seen).not.toMatch(/ter2|eve/);
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
