/** Full disks and removed or read-only folders: the error names the file, and no result is lost. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { cifarNorm, emptyFolder } from '../e2e/cli.ts';
import { csvsOf, idsIn, smallSweep } from './small.ts';

const words = smallSweep();
const calm = join(emptyFolder(), 'run');
const disk = emptyFolder();
const mount = (options: string) =>
  spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', disk]).status === 0;
const mounted = mount('size=160k');
if (!mounted) console.log('skipped: full and read-only disks (a tmpfs cannot be mounted here)');
afterAll(() => {
  if (mounted) spawnSync('umount', [disk]);
});

describe.skipIf(!mounted)('on a small disk', () => {
  const out = join(disk, 'run');

  it('a full disk ends the run with exit 1 and the name of the file; once there is room, it resumes', async () => {
    await cifarNorm([...words, '--out', calm]);
    const { code, stderr } = await cifarNorm([...words, '--out', out]);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /cannot write .*journal\.jsonl: no space left on the disk \(ENOSPC\)\n {2}hint: free some space there, then run the same command again/,
    );
    expect(stderr).not.toMatch(/^\s+at /m);
    const kept = idsIn(readFileSync(join(out, 'journal.jsonl'), 'utf8'));
    expect(kept.length).toBeGreaterThan(0);
    expect(mount('remount,size=8m')).toBe(true);
    expect((await cifarNorm([...words, '--out', out])).code).toBe(0);
    const all = idsIn(readFileSync(join(out, 'journal.jsonl'), 'utf8'));
    expect(all.slice(0, kept.length)).toEqual(kept);
    expect(new Set(all).size).toBe(40);
    expect(csvsOf(out)).toEqual(csvsOf(calm));
  });

  it('a read-only folder is refused before anything runs', async () => {
    expect(mount('remount,ro')).toBe(true);
    const { code, stderr } = await cifarNorm([...words, '--out', out]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/cannot write results to .*run: the file system is read-only \(EROFS\)/);
    expect(mount('remount,rw')).toBe(true);
  });
});

/** A disk that the system makes read-only by itself, as it does at an error; undefined if this machine cannot have one. */
function breakingDisk():
  | { readonly path: string; remount(): void; break(): void; remove(): void }
  | undefined {
  const [image, path] = [join(emptyFolder(), 'image'), emptyFolder()];
  const run = (command: string, ...args: readonly string[]) => spawnSync(command, args, { encoding: 'utf8' });
  const remount = () => run('mount', '-o', 'loop,errors=remount-ro', image, path).status === 0;
  writeFileSync(image, '');
  truncateSync(image, 16 << 20);
  if (run('mkfs.ext4', '-q', '-F', image).status !== 0 || !remount()) return undefined;
  const trigger = () => {
    const device = run('findmnt', '-no', 'SOURCE', path).stdout.trim().split('/').at(-1);
    return `/sys/fs/ext4/${device}/trigger_fs_error`;
  };
  const remove = () => void run('umount', path);
  if (!existsSync(trigger())) return void remove();
  return {
    ...{ path, remove },
    break: () => writeFileSync(trigger(), '1'),
    remount() {
      remove();
      run('e2fsck', '-fy', image);
      expect(remount()).toBe(true);
    },
  };
}
const breaking = breakingDisk();
if (!breaking)
  console.log('skipped: a disk that becomes read-only (ext4 cannot be mounted on a loop device here)');
afterAll(() => breaking?.remove());

it.skipIf(!breaking)(
  'a disk that becomes read-only in the middle of a run: the error names the journal',
  async () => {
    const out = join(breaking!.path, 'run');
    const { code, stderr } = await cifarNorm([...words, '--out', out], {
      onStart: () => {
        const timer = setInterval(() => {
          const journal = join(out, 'journal.jsonl');
          if (!existsSync(journal) || idsIn(readFileSync(journal, 'utf8')).length < 3) return;
          clearInterval(timer);
          breaking!.break();
        }, 5);
      },
    });
    expect(stderr).toMatch(/^error: cannot write .*journal\.jsonl: .*\(EROFS\)\n {2}hint: .*\n$/);
    expect(code).toBe(1);
    breaking!.remount();
    const kept = idsIn(readFileSync(join(out, 'journal.jsonl'), 'utf8'));
    expect((await cifarNorm([...words, '--out', out])).code).toBe(0);
    expect(idsIn(readFileSync(join(out, 'journal.jsonl'), 'utf8')).slice(0, kept.length)).toEqual(kept);
    expect(csvsOf(out)).toEqual(csvsOf(calm));
  },
);

it('a folder removed during the run is restored with every finished trial', async () => {
  const out = join(emptyFolder(), 'run');
  const { code, stderr } = await cifarNorm([...words, '--out', out], {
    onStart: () => {
      const timer = setInterval(() => {
        if (!existsSync(join(out, 'journal.jsonl'))) return;
        if (idsIn(readFileSync(join(out, 'journal.jsonl'), 'utf8')).length < 3) return;
        clearInterval(timer);
        rmSync(out, { recursive: true });
      }, 10);
    },
  });
  expect(code).toBe(1);
  expect(stderr).toMatch(/journal\.jsonl was removed while the run was going on/);
  expect(idsIn(readFileSync(join(out, 'journal.jsonl'), 'utf8'))).toHaveLength(40);
});

it('a second process on one folder is refused; the lock of a dead process is taken over', async () => {
  const out = join(emptyFolder(), 'run');
  mkdirSync(out);
  const outcomes = await Promise.all([
    cifarNorm([...words, '--out', out]),
    cifarNorm([...words, '--out', out]),
  ]);
  expect(outcomes.map(({ code }) => code).sort()).toEqual([0, 2]);
  expect(outcomes.find(({ code }) => code === 2)!.stderr).toMatch(/is in use by process \d+ on .+, since/);
  const killed = join(emptyFolder(), 'run');
  const again = await cifarNorm([...words, '--out', killed], {
    onStart: child => {
      const timer = setInterval(() => {
        if (!existsSync(join(killed, 'journal.jsonl'))) return;
        clearInterval(timer);
        child.kill('SIGKILL');
      }, 5);
    },
  });
  expect(again.code).toBe(null);
  const last = await cifarNorm([...words.filter(word => word !== '--quiet'), '--out', killed]);
  expect(last.code).toBe(0);
  expect(last.stderr).toMatch(/took over the folder from process \d+, which has ended/);
  expect(readFileSync(join(killed, 'run.lock'), 'utf8')).toBe('');
});
