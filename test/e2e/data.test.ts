/** `data download` and `data verify` as users run them. */
import type { ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { archiveOf, BINARY, binaryFolder } from '../data/fixtures.ts';
import { serve, status, stopServers } from '../data/servers.ts';
import { cifarNorm, emptyFolder } from './cli.ts';

const SIZE = 170_052_171;
const noProxy = { HTTP_PROXY: '', HTTPS_PROXY: '', http_proxy: '', https_proxy: '' };

afterEach(stopServers);

describe('data download', () => {
  it('--from with a wrong file: the error shows the checksums, exit code 2, nothing is installed', async () => {
    const cache = emptyFolder();
    const file = join(emptyFolder(), 'mine.tar.gz');
    writeFileSync(file, '');
    truncateSync(file, SIZE);
    const { code, stdout, stderr } = await cifarNorm(['data', 'download', '--from', file], {
      env: { XDG_CACHE_HOME: cache },
    });
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(`error: ${file}: not the official cifar-10-binary.tar.gz`);
    expect(stderr).toContain('expected c32a1d4ab5d03f1284b67883e8d87530');
    expect(stderr).toContain('expected c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd');
    expect(readdirSync(join(cache, 'cifar-norm'))).toEqual(['.cifar-10-binary.tar.gz.lock']);
  });

  it('--url with a 404: the error shows URL and status, exit code 2; a proxy in the environment is used', async () => {
    const server = await serve(status(404));
    const direct = await cifarNorm(['data', 'download', '--url', `${server.origin}/x.tar.gz`, '--quiet'], {
      env: noProxy,
    });
    expect(direct.code).toBe(2);
    expect(direct.stderr).toMatch(/^error: .*\/x\.tar\.gz: the server answered 404\n {2}hint: /);
    expect(direct.stderr).toContain(server.origin);
    const url = 'http://archive.invalid/cifar-10-python.tar.gz';
    const proxied = await cifarNorm(['data', 'download', '--layout', 'python', '--url', url], {
      env: { ...noProxy, http_proxy: server.origin, NO_PROXY: '', no_proxy: '' },
    });
    expect(proxied.code).toBe(2);
    expect(proxied.stderr).toContain(`fetching ${url}`);
    expect(server.requests.map(asked => asked.url)).toEqual(['/x.tar.gz', url]);
  });

  it('passwords of URLs and proxies are not shown, and not in the cache', async () => {
    const server = await serve((_, answer) => {
      answer.writeHead(200, { etag: '"one"', 'content-length': SIZE }).write(new Uint8Array(100_000));
    });
    for (const address of [
      'http://bob:hun/ter2@HOST/x',
      'http://bob:hunter2@HOST/x?key=ter2',
      'bob:80/ter2@HOST',
    ]) {
      const text = address.replace('HOST', server.origin.replace('http://', ''));
      for (const env of [noProxy, { ...noProxy, HTTPS_PROXY: text }]) {
        const cache = emptyFolder();
        const words = ['data', 'download', ...(env === noProxy ? ['--url', text] : [])];
        const { code, stdout, stderr } = await cifarNorm(words, {
          env: { ...env, XDG_CACHE_HOME: cache },
          onStart: child => void setTimeout(() => child.kill('SIGINT'), 1500),
        });
        expect(code).not.toBe(0);
        const files = readdirSync(cache, { recursive: true, encoding: 'utf8' })
          .filter(name => name.endsWith('.json'))
          .map(name => readFileSync(join(cache, name), 'utf8'));
        expect([stdout, stderr, ...files].join('\n')).not.toMatch(/ter2|bob/);
      }
    }
  });

  it('Ctrl-C keeps the part and says so; the next run resumes', async () => {
    const cache = emptyFolder();
    const chunk = new Uint8Array(20_000_000);
    let started = () => {};
    const server = await serve(
      (_, answer) => {
        answer.writeHead(200, { etag: '"one"', 'content-length': SIZE });
        answer.write(chunk, () => started());
      },
      (_, answer) => void answer.writeHead(404).end(),
    );
    const words = ['data', 'download', '--url', `${server.origin}/x`];
    const env = { ...noProxy, XDG_CACHE_HOME: cache };
    const part = join(cache, 'cifar-norm', 'cifar-10-binary.tar.gz.part');
    const { code, stderr, stdout } = await cifarNorm(words, {
      env,
      onStart: child => {
        started = () => {
          const whole = () => existsSync(part) && statSync(part).size === chunk.length;
          const timer = setInterval(() => {
            if (!whole()) return;
            clearInterval(timer);
            child.kill('SIGINT');
          }, 20);
        };
      },
    });
    expect(code).toBe(130);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/10% of 170\.1 MB, \d+\.\d MB\/s/);
    expect(stderr).toMatch(/Run the same command again to resume/);
    expect(statSync(part).size).toBe(chunk.length);
    await cifarNorm(words, { env });
    expect(server.requests[1]!.headers.range).toBe(`bytes=${chunk.length}-`);
    expect(statSync(part).size).toBe(chunk.length);
  });
});

describe('data download, several at once or killed', () => {
  const chunk = new Uint8Array(20_000_000);

  it('the second names the process that downloads; after a kill, the next one resumes', async () => {
    const cache = emptyFolder();
    let count = 0;
    const server = await serve((_, answer) => {
      count++;
      if (count > 1) return void answer.writeHead(404).end();
      answer.writeHead(200, { etag: '"one"', 'content-length': SIZE });
      answer.write(chunk);
    });
    const words = ['data', 'download', '--url', `${server.origin}/x`];
    const env = { ...noProxy, XDG_CACHE_HOME: cache };
    const part = join(cache, 'cifar-norm', 'cifar-10-binary.tar.gz.part');
    let child: ChildProcess | undefined;
    const first = cifarNorm(words, {
      env,
      onStart: started => {
        child = started;
      },
    });
    while (!existsSync(part) || statSync(part).size < chunk.length) await wait(20);
    const second = await cifarNorm(words, { env });
    expect(second.code).toBe(2);
    expect(second.stderr).toContain(`is being fetched by process ${child!.pid}`);
    expect(server.requests.length).toBe(1);
    child!.kill('SIGKILL');
    await first;
    await cifarNorm(words, { env });
    expect(server.requests[1]!.headers.range).toBe(`bytes=${chunk.length}-`);
    expect(statSync(part).size).toBe(chunk.length);
  });

  it('a user without a home folder: an error with a hint, but only for downloads', async () => {
    const env = { HOME: '', XDG_CACHE_HOME: '', LOCALAPPDATA: '' };
    const { code, stderr } = await cifarNorm(['data', 'download'], { env });
    expect(code).toBe(2);
    expect(stderr).toMatch(/no home folder\n {2}hint: set HOME/);
    const info = await cifarNorm(['data', 'info'], { env });
    expect(info.code).toBe(0);
    expect(info.stdout).toMatch(/the user has no home folder/);
  });
});

describe('data verify', () => {
  it('intact: batches, and an unofficial archive', async () => {
    const folder = binaryFolder();
    const archive = await archiveOf(dirname(folder), [BINARY]);
    const batches = await cifarNorm(['data', 'verify', '--data', folder]);
    expect(batches.code).toBe(0);
    expect(batches.stdout).toMatch(/15 training images, 3 test images/);
    expect(batches.stdout).toMatch(/Complete: every batch can be read/);
    const { code, stdout } = await cifarNorm(['data', 'verify', '--data', archive, '--json', '--quiet']);
    expect(code).toBe(0);
    const told = JSON.parse(stdout);
    expect(told).toMatchObject({ verdict: 'complete', kind: 'archive', path: archive, train: 15, test: 3 });
    expect(told.bytes).toBe(readFileSync(archive).length);
    expect(batches.stdout).toContain(told.fingerprint);
  });

  it('damaged: the test batch counts too, and the reason is shown', async () => {
    const folder = binaryFolder();
    truncateSync(join(folder, 'test_batch.bin'), 100);
    const { code, stdout } = await cifarNorm(['data', 'verify', '--data', folder]);
    expect(code).toBe(2);
    expect(stdout).toMatch(/Damaged: .*test_batch\.bin.*100 bytes/);
    const archive = await archiveOf(dirname(binaryFolder()), [BINARY]);
    truncateSync(archive, 200);
    const cut = await cifarNorm(['data', 'verify', '--data', archive, '--json']);
    expect(cut.code).toBe(2);
    expect(JSON.parse(cut.stdout)).toMatchObject({ verdict: 'damaged', bytes: 200 });
    expect(JSON.parse(cut.stdout).problem).toMatch(/truncated/);
  });

  it('no data: exit code 2 and a hint', async () => {
    const { code, stdout, stderr } = await cifarNorm(['data', 'verify']);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/found no CIFAR-10 to verify/);
    expect(stderr).toMatch(/cifar-norm data download/);
  });
});
