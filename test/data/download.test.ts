/** Downloads from servers that do what servers do; whatever happens, only the right bytes are put in place. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { platform } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { type Download, download } from '../../src/data/download.ts';
import { install, isInstalled } from '../../src/data/install.ts';
import { checksumsOf, differencesOf, OFFICIAL } from '../../src/data/official.ts';
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
  status,
  stopServers,
} from './servers.ts';

/** Bytes that look like nothing and are the same every time. */
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

/** Downloads from a server into a folder, and tells what was said on the way. */
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

/** The error of a download that had to fail. Nothing has been put in place. */
async function failureOf(server: Server, trial: Trial): Promise<CifarNormError> {
  const { outcome } = await fetchFrom(server, trial);
  expect(outcome).toBeInstanceOf(CifarNormError);
  expect(existsSync(join(trial.folder, archive.name))).toBe(false);
  return outcome;
}

/** The archive is in place, with every byte, and nothing else is left. */
function expectWhole(folder: string, expected = content): void {
  expect(readdirSync(folder)).toEqual([archive.name]);
  expect(readFileSync(join(folder, archive.name)).equals(expected)).toBe(true);
}

const partOf = (folder: string) => join(folder, `${archive.name}.part`);
const rangesOf = ({ requests }: Server) => requests.map(({ headers }) => headers.range);
const once = { retries: 0, pause: 0, stall: 250 };

afterEach(stopServers);

describe('a good server', () => {
  it('sends all: every byte is there', async () => {
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

  it('an archive that is said to be packed once more for the way is left as it is', async () => {
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

describe('a download that broke off', () => {
  it('is gone on with, in the same run', async () => {
    const server = await serve(broken(content, 100_000), good(content));
    const folder = temporary();
    const { retries } = await fetchFrom(server, { folder });
    expectWhole(folder);
    expect(retries.length).toBe(1);
    expect(rangesOf(server)).toEqual([undefined, 'bytes=100000-']);
    expect(server.requests[1]!.headers['if-range']).toBe('"one"');
  });

  it('is gone on with in the next run', async () => {
    const server = await serve(broken(content, 1), broken(content, HALF), good(content));
    const folder = temporary();
    const error = await failureOf(server, { folder, patience: once });
    expect(error.code).toBe('run');
    expect(error.message).toContain(server.origin);
    expect(error.hint).toMatch(/run the same command again/);
    expect(readFileSync(partOf(folder)).equals(content.subarray(0, 1))).toBe(true);
    await failureOf(server, { folder, patience: once });
    const { seen } = await fetchFrom(server, { folder });
    expect(seen[0]).toBe(HALF);
    expectWhole(folder);
    expect(rangesOf(server)).toEqual([undefined, 'bytes=1-', `bytes=${HALF}-`]);
  });

  it('that has every byte already is only checked', async () => {
    const folder = temporary();
    writeFileSync(partOf(folder), content);
    const server = await serve(status(500));
    await fetchFrom(server, { folder });
    expectWhole(folder);
    expect(server.requests.length).toBe(0);
  });

  it('starts anew from a server that ignores ranges, even if it says otherwise', async () => {
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
    ['another length', HALF, { 'content-range': `bytes ${HALF}-299999/300001` }],
    ['an end that is not the end', HALF, { 'content-range': `bytes ${HALF}-299998/300000` }],
    ['no range at all', HALF, { 'content-range': '' }],
    ['another version', HALF, { etag: '"two"' }],
  ];
  it.each(lies)('starts anew from a server that lies about ranges: %s', async (_, from, headers) => {
    const server = await serve(broken(content, HALF), claims(content, from, headers), good(content));
    const folder = temporary();
    await fetchFrom(server, { folder });
    expectWhole(folder);
    expect(rangesOf(server)).toEqual([undefined, `bytes=${HALF}-`, undefined]);
  });

  it('starts anew when the part is longer than the file', async () => {
    const server = await serve(broken(content, HALF), status(416), good(content));
    const folder = temporary();
    await fetchFrom(server, { folder });
    expectWhole(folder);
  });

  it('starts anew when the file has changed', async () => {
    const server = await serve(broken(other, HALF), good(content, '"two"'));
    const folder = temporary();
    await fetchFrom(server, { folder });
    expectWhole(folder);
    expect(server.requests[1]!.headers['if-range']).toBe('"one"');
  });

  it('is not gone on with if its version is not known: no strong ETag, a garbled note, another URL', async () => {
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

  it('goes by the date of last change where there is no ETag', async () => {
    const date = 'Thu, 04 Jun 2009 20:43:50 GMT';
    const server = await serve(broken(content, HALF, { 'last-modified': date }), good(content, date));
    const folder = temporary();
    await fetchFrom(server, { folder });
    expectWhole(folder);
    expect(server.requests[1]!.headers['if-range']).toBe(date);
  });

  it('a sound part of wrong bytes is found out by its checksum', async () => {
    const server = await serve(broken(other, HALF), claims(content, HALF, {}));
    const folder = temporary();
    expect((await failureOf(server, { folder })).code).toBe('data');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('without a length to tell: an early end is a break', async () => {
    const server = await serve(
      (_, answer) => void answer.writeHead(200, { etag: '"one"' }).end(content.subarray(0, HALF)),
      good(content),
    );
    const folder = temporary();
    await fetchFrom(server, { folder });
    expectWhole(folder);
    expect(rangesOf(server)[1]).toBe(`bytes=${HALF}-`);
  });

  it('ends in order when it is stopped, keeps its part, and goes on', async () => {
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
  it('that is stalled is given up, and gone on with', async () => {
    const server = await serve((_, answer) => {
      answer.writeHead(200, { etag: '"one"' }).write(content.subarray(0, HALF));
    }, good(content));
    const folder = temporary();
    const { retries } = await fetchFrom(server, { folder });
    expectWhole(folder);
    expect(retries).toEqual(['no byte came for 0.25 s']);
  });

  it('that says nothing at all is given up as often as was agreed', async () => {
    const server = await serve(() => {});
    const error = await failureOf(server, {
      folder: temporary(),
      patience: { ...once, retries: 1, stall: 100 },
    });
    expect(error.code).toBe('run');
    expect(error.message).toMatch(/no byte came for 0.1 s/);
    expect(server.requests.length).toBe(2);
  });

  it('that is slow but not stalled is waited for', async () => {
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

describe('what is not the archive', () => {
  it('wrong bytes of the right size: both checksums are named, the part is removed', async () => {
    const server = await serve(good(other));
    const folder = temporary();
    const { code, message, hint } = await failureOf(server, { folder });
    const found = archiveFrom(other);
    expect(code).toBe('data');
    for (const part of [server.origin, archive.md5, archive.sha256, found.md5, found.sha256])
      expect(message).toContain(part);
    expect(hint).toMatch(/--url.*--from/);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('too many bytes: it is stopped at the size', async () => {
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
    expect(readdirSync(folder)).toEqual([]);
    expect(sent).toBeLessThan(50_000_000);
  });

  it('another size is refused before a byte of it is taken', async () => {
    const folder = temporary();
    const server = await serve(
      (_, answer) => void answer.writeHead(200, { 'content-length': 5 }).end('sorry'),
    );
    const error = await failureOf(server, { folder });
    expect(error.message).toMatch(/it has 5 bytes, and made.tar.gz has 300000/);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('a page that is not there is not asked for twice', async () => {
    const server = await serve(status(404));
    const error = await failureOf(server, { folder: temporary() });
    expect(error.code).toBe('data');
    expect(error.message).toBe(`${server.origin}/made.tar.gz: it answered 404`);
    expect(server.requests.length).toBe(1);
  });

  it('a range that nobody asked for is refused', async () => {
    const error = await failureOf(await serve(claims(content, 0, {})), { folder: temporary() });
    expect(error.message).toMatch(/it answered 206/);
  });

  it.each(['', 'made.tar.gz', 'ftp://host/made.tar.gz', 'file:///etc/passwd'])(
    '%j is no URL of HTTP',
    async url => {
      const error = await failureOf(await serve(status(404)), { folder: temporary(), url });
      expect(error.code).toBe('usage');
    },
  );
});

describe('failures that may pass', () => {
  it('500 twice, then all is well', async () => {
    const server = await serve(status(500), status(503), good(content));
    const folder = temporary();
    const { retries } = await fetchFrom(server, { folder });
    expectWhole(folder);
    expect(retries).toEqual(['it answered 500', 'it answered 503']);
  });

  it('500 for ever: a bounded number of attempts', async () => {
    const server = await serve(status(500));
    const error = await failureOf(server, { folder: temporary() });
    expect(error.code).toBe('run');
    expect(error.message).toBe(`${server.origin}/made.tar.gz: it answered 500`);
    expect(server.requests.length).toBe(4);
  });

  it('nobody there: said at once', async () => {
    const server = await serve(status(500));
    stopServers();
    const { outcome, retries } = await fetchFrom(server, { folder: temporary() });
    expect(outcome.code).toBe('run');
    expect(outcome.message).toMatch(/ECONNREFUSED/);
    expect(retries).toEqual([]);
  });
});

describe('redirects', () => {
  it('are followed, relative and to other hosts, and again when it goes on', async () => {
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

  it('without an end are given up', async () => {
    const server = await serve(status(301, { location: '/made.tar.gz' }));
    const error = await failureOf(server, { folder: temporary() });
    expect(error.code).toBe('data');
    expect(error.message).toMatch(/elsewhere more than 10 times/);
    expect(server.requests.length).toBe(11);
  });

  it.each(['file:///etc/passwd', 'ftp://127.0.0.1/made.tar.gz', 'data:,x'])(
    'to %s are refused',
    async location => {
      const error = await failureOf(await serve(status(302, { location })), { folder: temporary() });
      expect(error.message).toContain(`it points to ${location}, which is not HTTP`);
    },
  );

  it('a failure behind one names both places', async () => {
    const server = await serve(({ url }, answer) => {
      if (url === '/gone') answer.writeHead(410).end();
      else answer.writeHead(308, { location: '/gone' }).end();
    });
    const error = await failureOf(server, { folder: temporary() });
    expect(error.message).toBe(`${server.origin}/made.tar.gz: it answered 410 at ${server.origin}/gone`);
  });
});

describe('proxies', () => {
  const url = 'http://archive.invalid/made.tar.gz';

  it('HTTP_PROXY: every request goes through it, after a break too', async () => {
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

  it('HTTPS_PROXY: a tunnel is asked for', async () => {
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

  it('NO_PROXY: what it names is reached without', async () => {
    const server = await serve(good(content));
    const proxy = await serve(status(500));
    const folder = temporary();
    await fetchFrom(server, { folder, proxies: { http: proxy.origin, https: '', none: 'x, 127.0.0.1' } });
    expectWhole(folder);
    expect(proxy.requests.length).toBe(0);
  });

  it('one that cannot be reached, or is none, is named without its password', async () => {
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
    'full: the file is named, and the download is not tried again',
    async () => {
      const folder = temporary();
      symlinkSync('/dev/full', partOf(folder));
      const server = await serve(good(content));
      const error = await failureOf(server, { folder });
      expect(error.code).toBe('run');
      expect(error.message).toContain(partOf(folder));
      expect(error.message).toMatch(/ENOSPC/);
      expect(error.hint).toMatch(/make room/);
      expect(existsSync(partOf(folder))).toBe(true);
      expect(server.requests.length).toBe(1);
    },
  );

  it('a folder that cannot be made', async () => {
    const file = join(temporary(), 'file');
    writeFileSync(file, '');
    const error = await failureOf(await serve(good(content)), { folder: join(file, 'cache') });
    expect(error.code).toBe('run');
    expect(error.message).toContain(join(file, 'cache', archive.name));
  });

  it('the archive cannot be put in place: the part is kept, and is enough when it can', async () => {
    const folder = temporary();
    writeFileSync(partOf(folder), content);
    const beside = join(folder, `${archive.name}.tmp-${process.pid}`);
    symlinkSync(join(folder, 'missing', 'place'), beside);
    const server = await serve(status(404));
    expect((await failureOf(server, { folder })).code).toBe('run');
    expect(statSync(partOf(folder)).size).toBe(content.length);
    await fetchFrom(server, { folder });
    expectWhole(folder);
  });
});

describe('an archive carried by hand', () => {
  const { signal } = new AbortController();
  const failure = async (from: string, target: string) => {
    const error = await install({ from, target, archive, signal }).catch(e => e);
    expect(error).toBeInstanceOf(CifarNormError);
    expect(error.code).toBe('data');
    return error.message as string;
  };

  it('is checked and copied, and left where it was', async () => {
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

  it('wrong, cut off, a folder or missing: nothing is put in place, and what was there stays', async () => {
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
    expect(await failure(folder, target)).toMatch(/no file/);
    expect(await failure(join(folder, 'none'), target)).toMatch(/there is no such file/);
    expectWhole(folder, Buffer.from('before'));
  });
});

describe('checksums', () => {
  it('each of the three is enough to tell', async () => {
    const path = join(temporary(), 'file');
    writeFileSync(path, content);
    const found = await checksumsOf(path);
    expect(differencesOf(archive, found)).toEqual([]);
    for (const change of [{ bytes: 1 }, { md5: '' }, { sha256: '' }])
      expect(differencesOf({ ...archive, ...change }, found).length).toBe(1);
  });

  it('the official ones have the form of checksums', () => {
    for (const { name, url, md5, sha256 } of Object.values(OFFICIAL)) {
      expect(url).toBe(`https://www.cs.toronto.edu/~kriz/${name}`);
      expect(md5).toMatch(/^[0-9a-f]{32}$/);
      expect(sha256).toMatch(/^[0-9a-f]{64}$/);
    }
  });
});
