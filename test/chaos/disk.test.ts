/** Full disks and removed or read-only folders: the error names the file, and no result is lost. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
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
