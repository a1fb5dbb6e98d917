/** One holder per lock file, whatever happens to holders, folders and the file itself. */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { CifarNormError } from '../../src/errors.ts';
import { addClaim } from '../../src/files/claims.ts';
import { thisHolder } from '../../src/files/holder.ts';
import { explainHolder, holderOf, isLocked, lockFile } from '../../src/files/lock.ts';
import { canUnshare, killTakers, NEW_NAMESPACE, taker } from './processes.ts';

const pathOf = () => join(mkdtempSync(join(tmpdir(), 'cifar-norm-lock-')), 'lock');
const hasFlock = spawnSync('flock', ['--version']).error === undefined;
const modes = [
  { name: 'with flock(1)', flock: true },
  { name: 'without flock(1)', flock: false },
].filter(({ flock }) => hasFlock || !flock);

afterEach(killTakers);

describe.each(modes)('two processes, $name', ({ flock }) => {
  it('the second is refused and learns who holds the lock; it is granted after a release', async () => {
    const path = pathOf();
    const first = await taker(path, { flock });
    expect(first.said).toBe('taken, free before');
    const holder = await holderOf(path);
    expect(holder?.pid).toBeGreaterThan(0);
    expect(Date.parse(holder!.since)).toBeLessThanOrEqual(Date.now());
    expect(await isLocked(path)).toBe(true);
    expect((await taker(path, { flock })).said).toBe(`refused by ${holder!.pid}`);
    await first.finish();
    expect(await isLocked(path)).toBe(false);
    expect(await holderOf(path)).toBeUndefined();
    expect((await taker(path, { flock })).said).toBe('taken, free before');
  });

  it('a killed holder loses the lock, and its successor learns its name', async () => {
    const path = pathOf();
    const first = await taker(path, { flock });
    const { pid } = (await holderOf(path))!;
    await first.kill();
    expect(await isLocked(path)).toBe(false);
    expect((await taker(path, { flock })).said).toBe(`taken, left by ${pid}`);
  });

  it('of many that start at once, one gets the lock, also after a killed holder', async () => {
    const path = pathOf();
    await (await taker(path, { flock })).kill();
    const takers = await Promise.all(Array.from({ length: 6 }, () => taker(path, { flock })));
    expect(takers.filter(({ said }) => said.startsWith('taken')).length).toBe(1);
    expect(takers.filter(({ said }) => said.startsWith('refused')).length).toBe(5);
  });

  it.skipIf(!canUnshare)('two PID namespaces (skipped where unshare is not permitted)', async () => {
    const path = pathOf();
    const within = flock ? NEW_NAMESPACE : ['/usr/bin/unshare', ...NEW_NAMESPACE.slice(1)];
    const first = await taker(path, { flock, within });
    expect(first.said).toBe('taken, free before');
    expect((await taker(path, { flock, within })).said).toBe(`refused by ${(await holderOf(path))!.pid}`);
    expect((await taker(path, { flock })).said).toMatch(/^refused/);
    expect(await isLocked(path)).toBe(true);
    await first.kill();
    // From here nobody can tell whether a process of another namespace lives; only the kernel can.
    expect((await taker(path, { flock, within })).said).toMatch(flock ? /^taken, left by/ : /^refused/);
  });
});

describe.skipIf(!hasFlock)('systems that differ', () => {
  it('a holder without flock(1) is respected by a process with it, until it ends', async () => {
    const path = pathOf();
    const first = await taker(path, { flock: false });
    expect((await taker(path)).said).toMatch(/^refused by \d+/);
    await first.kill();
    expect((await taker(path)).said).toMatch(/^taken, left by/);
  });

  it('a holder with flock(1) is respected by a process without it', async () => {
    const path = pathOf();
    await taker(path);
    expect((await taker(path, { flock: false })).said).toMatch(/^refused by \d+/);
  });
});

describe('a flock(1) that does not answer', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cifar-norm-flock-'));
  writeFileSync(join(folder, 'flock'), '#!/bin/sh\nexec sleep 60\n', { mode: 0o755 });

  it('is not used: the lock is still granted, respected and released', async () => {
    const path = pathOf();
    const first = await taker(path, { flock: folder });
    expect(first.said).toBe('taken, free before');
    expect((await holderOf(path))?.kind).toBe('claim');
    expect((await taker(path)).said).toMatch(/^refused by \d+/);
    await first.kill();
    expect((await taker(path)).said).toMatch(/^taken, left by/);
  });
});

describe('one process', () => {
  it('cannot take a lock twice, and can release it twice', async () => {
    const path = pathOf();
    const lock = (await lockFile(path))!;
    expect(lock.leftBy).toBeUndefined();
    expect(await lockFile(path)).toBeUndefined();
    await lock.release();
    const next = (await lockFile(path))!;
    await lock.release();
    expect(await isLocked(path)).toBe(true);
    await next.release();
    expect(await isLocked(path)).toBe(false);
  });

  it('gets the lock while others ask whether it is taken', async () => {
    const path = pathOf();
    for (let i = 0; i < 20; i++) {
      const asked = Promise.all([isLocked(path), isLocked(path), isLocked(path)]);
      const lock = await lockFile(path);
      await asked;
      expect(lock).toBeDefined();
      await lock!.release();
    }
  });
});

describe('the holder, in messages', () => {
  it('has a process, a host and a date, and a hint that fits the kind of lock', async () => {
    const path = pathOf();
    const first = await taker(path);
    const { who, hint } = await explainHolder(path);
    expect(who).toMatch(/^process \d+ on .+, since \d{4}-.*Z$/);
    expect(hint).toMatch(hasFlock ? /^wait for it to end$/ : /remove/);
    await first.finish();
    await taker(path, { flock: false });
    expect((await explainHolder(path)).hint).toContain(`remove ${path}.claims`);
  });
});

describe('the folder', () => {
  it('takes its lock along when it is moved, and a new one at the old path is free', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cifar-norm-lock-'));
    const [before, after] = [join(folder, 'a'), join(folder, 'b')];
    mkdirSync(before);
    const lock = (await lockFile(join(before, 'lock')))!;
    expect(lock.isAt(join(before, 'lock'))).toBe(true);
    renameSync(before, after);
    expect(lock.isAt(join(before, 'lock'))).toBe(false);
    expect(lock.isAt(join(after, 'lock'))).toBe(true);
    expect(await lockFile(join(after, 'lock'))).toBeUndefined();
    mkdirSync(before);
    const other = (await lockFile(join(before, 'lock')))!;
    expect(lock.isAt(join(before, 'lock'))).toBe(false);
    await lock.release();
    expect(await isLocked(join(before, 'lock'))).toBe(true);
    expect(await isLocked(join(after, 'lock'))).toBe(false);
    await other.release();
  });

  it('must exist', async () => {
    const path = join(pathOf(), 'missing', 'lock');
    await expect(lockFile(path)).rejects.toThrow(/ENOENT/);
    expect(await isLocked(path)).toBe(false);
  });
});

describe('odd lock files', () => {
  const here = thisHolder('system');
  const noteOf = (changes: object) => JSON.stringify({ ...here, ...changes });

  it.skipIf(!hasFlock).each([
    ['the beginning of a note', '{"pid":'],
    ['zeros, as after a power failure', '\0'.repeat(300)],
    ['the note of an earlier version', '{"pid":1,"host":"elsewhere","started":"1"}'],
    ['a note of this very process from the future', noteOf({ since: '2999-01-01T00:00:00.000Z' })],
    ['a process of another machine', noteOf({ host: 'elsewhere' })],
    ['a PID that was reused', noteOf({ started: '1' })],
  ])('%s: the lock is free', async (_, content) => {
    const path = pathOf();
    writeFileSync(path, content);
    utimesSync(path, new Date('2999-01-01'), new Date('2999-01-01'));
    expect(await isLocked(path)).toBe(false);
    const lock = await lockFile(path);
    expect((await holderOf(path))?.pid).toBe(process.pid);
    await lock!.release();
    expect(readFileSync(path, 'utf8')).toBe('');
  });

  it.each([
    ['text', 'my notes\n'],
    ['bytes', '\0\xff\xfe'],
    ['megabytes', 'x'.repeat(5_000_000)],
    ["another program's lock", '{"pid":42}\n'],
  ])('%s of another program: refused by name, and kept', async (_, content) => {
    for (const flock of [hasFlock, false]) {
      const path = pathOf();
      writeFileSync(path, content);
      expect((await taker(path, { flock })).said).toBe(`error ${path} is not a lock file of cifar-norm`);
      expect(readFileSync(path, 'utf8')).toBe(content);
    }
  });

  it('a note from the future, of a process that has ended: the lock is free', async () => {
    const path = pathOf();
    for (const flock of [hasFlock, false]) {
      writeFileSync(path, noteOf({ pid: 2 ** 22 + 1, since: '2999-01-01T00:00:00.000Z' }));
      utimesSync(path, new Date('2999-01-01'), new Date('2999-01-01'));
      const holder = await taker(path, { flock });
      expect(holder.said).toBe(`taken, left by ${2 ** 22 + 1}`);
      await holder.finish();
    }
  });

  it("another program's file among the claims is no claim, and is kept", async () => {
    const path = pathOf();
    mkdirSync(`${path}.claims`);
    writeFileSync(join(`${path}.claims`, '.DS_Store'), '');
    for (const flock of [hasFlock, false]) {
      const holder = await taker(path, { flock });
      expect(holder.said).toBe('taken, free before');
      await holder.finish();
    }
    expect(await isLocked(path)).toBe(false);
    expect(readdirSync(`${path}.claims`)).toEqual(['.DS_Store']);
  });

  /** Adds a claim of this process, and gives it another PID, start or place. */
  function claimWith(path: string, change: (parts: string[]) => string[]): void {
    const name = addClaim(path);
    const folder = `${path}.claims`;
    renameSync(join(folder, name), join(folder, change(name.split('-')).join('-')));
  }

  it.each<[string, (parts: string[]) => string[], boolean]>([
    ['this very process', parts => parts, true],
    [
      'another machine, boot or PID namespace',
      ([pid, started, , id]) => [pid!, started!, '0123456789abcdef', id!],
      true,
    ],
    ['a process that has ended', ([, ...rest]) => [String(2 ** 22 + 1), ...rest], false],
    ['an earlier process with a PID that was reused', ([pid, , ...rest]) => [pid!, '1', ...rest], false],
  ])('a claim of %s keeps the lock only if its process may be alive', async (_, change, isKept) => {
    const path = pathOf();
    claimWith(path, change);
    expect(await isLocked(path)).toBe(isKept);
    const lock = await lockFile(path);
    expect(lock === undefined).toBe(isKept);
    expect(lock?.leftBy?.pid).toBe(isKept ? undefined : process.pid);
    expect(existsSync(`${path}.claims`)).toBe(isKept);
    await lock?.release();
  });

  it('an unfinished claim of a killed process is recognized by its name', async () => {
    const path = pathOf();
    claimWith(path, ([, ...rest]) => [String(2 ** 22 + 1), ...rest]);
    truncateSync(join(`${path}.claims`, readdirSync(`${path}.claims`)[0]!), 3);
    expect((await taker(path, { flock: false })).said).toBe('taken, free before');
  });

  it.skipIf(platform() === 'win32').each([
    ['a dangling link', (path: string) => symlinkSync('/nowhere/lock', path)],
    [
      'a link to a file',
      (path: string) => {
        writeFileSync(`${path}.other`, '');
        symlinkSync(`${path}.other`, path);
      },
    ],
    ['a folder', (path: string) => mkdirSync(path)],
    ['a FIFO', (path: string) => spawnSync('mkfifo', [path])],
    ['a device', (path: string) => symlinkSync('/dev/full', path)],
  ])('%s is refused by name', async (_, make) => {
    const path = pathOf();
    make(path);
    const error = await lockFile(path).catch(e => e);
    expect(error).toBeInstanceOf(CifarNormError);
    expect(error.message).toBe(`${path} is not a regular file`);
    expect(existsSync('/nowhere/lock')).toBe(false);
  });
});
