/** Refusals of the system are real ones, provoked here. */

import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CifarNormError } from '../../src/errors.ts';
import { explained, refusalOf } from '../../src/files/system-error.ts';
import { emptyFolder, entry } from '../e2e/cli.ts';

function refused(act: () => unknown) {
  try {
    act();
  } catch (error) {
    return refusalOf(error)!;
  }
  throw new Error('the system did not refuse');
}

describe.skipIf(process.platform === 'win32')('the reason is named with its place', () => {
  const folder = emptyFolder();
  const at = (...parts: string[]) => join(folder, ...parts);
  writeFileSync(at('file'), '');
  symlinkSync('/mnt/none', at('dangling'));
  symlinkSync('circle', at('circle'));

  it.each([
    ['missing', at('none'), 'there is no such file or folder'],
    ['a missing folder', at('none', 'x'), `there is no such file or folder: ${at('none')} is missing`],
    [
      'a dangling link',
      at('dangling'),
      'no such file or folder: it is a link to /mnt/none, which is missing',
    ],
    [
      'below a dangling link',
      at('dangling', 'x'),
      `${at('dangling')} is a link to /mnt/none, which is missing`,
    ],
    ['a link to itself', at('circle'), 'in a circle (ELOOP): it is a link to circle, which leads back to it'],
    [
      'below a file',
      at('file', 'x'),
      `a part of the path is not a folder (ENOTDIR): ${at('file')} is a file`,
    ],
    ['a long name', at('x'.repeat(300)), 'the name is too long (ENAMETOOLONG)'],
    ['a folder', folder, 'it is a folder, not a file (EISDIR)'],
  ])('%s', (_, path, reason) => {
    expect(refused(() => readFileSync(path)).reason).toContain(reason);
  });

  it('permission denied names the folder that may not be entered', () => {
    mkdirSync(at('locked', 'inner'), { recursive: true });
    const asStranger = `
      import { readFileSync, readdirSync } from 'node:fs';
      import { refusalOf } from ${JSON.stringify(new URL('../../dist/files/system-error.js', import.meta.url).href)};
      const why = act => { try { act(); } catch (error) { return refusalOf(error); } };
      process.setuid?.(65534);
      console.log(JSON.stringify([
        why(() => readFileSync(${JSON.stringify(at('locked', 'inner', 'x'))})),
        why(() => readdirSync(${JSON.stringify(at('locked'))})),
      ]));`;
    chmodSync(folder, 0o755);
    chmodSync(at('locked'), 0);
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', asStranger], {
      encoding: 'utf8',
    });
    chmodSync(at('locked'), 0o755);
    const [below, itself] = JSON.parse(stdout);
    expect(below.reason).toBe(`permission denied (EACCES): ${at('locked')} may not be entered`);
    expect(itself.reason).toBe('permission denied (EACCES)');
    expect(itself.cure).toContain(`ls -ld ${at('locked')}`);
  });

  it.skipIf(process.getuid?.() !== 0)(
    'a folder that cannot be made names the folder that refuses, and why',
    () => {
      const home = emptyFolder();
      chmodSync(home, 0o755);
      const words = [entry, 'data', 'download', '--from', at('file'), '--quiet'];
      const ask = (cache: string, uid?: number) => {
        // The size is right, so that the place is looked at.
        truncateSync(at('file'), 170_052_171);
        const env = { ...process.env, HOME: home, XDG_CACHE_HOME: cache };
        return spawnSync(process.execPath, words, {
          encoding: 'utf8',
          env,
          cwd: '/',
          ...(uid && { uid, gid: uid }),
        }).stderr;
      };
      expect(ask(join(home, 'a', 'b'), 65_534)).toMatch(
        `: permission denied (EACCES): ${home} may not be written to\n  hint: look at owner and permissions with ls -ld ${home}, then run`,
      );
      const disk = join(emptyFolder(), 'disk');
      mkdirSync(disk);
      if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'ro,size=16k', 'tmpfs', disk]).status !== 0) return;
      try {
        expect(ask(join(disk, 'a', 'b'))).toMatch(
          /: the file system is read-only \(EROFS\)\n {2}hint: mount it for writing/,
        );
      } finally {
        spawnSync('umount', [disk]);
        truncateSync(at('file'), 0);
      }
    },
  );

  it.skipIf(!statSync('/dev/full', { throwIfNoEntry: false }))('a full disk', () => {
    const { reason, cure } = refused(() => writeSync(openSync('/dev/full', 'w'), 'x'));
    expect([reason, cure]).toEqual(['no space left on the disk (ENOSPC)', 'free some space there']);
  });

  it('a working folder that is gone', () => {
    const cwd = emptyFolder();
    const { status, stderr } = spawnSync(
      'sh',
      ['-c', 'rmdir "$PWD" && exec "$@"', 'sh', process.execPath, entry, 'runs'],
      {
        cwd,
        encoding: 'utf8',
      },
    );
    expect(stderr).toBe(
      'error: the working folder no longer exists\n  hint: change to a folder that exists, and run the command there\n',
    );
    expect(status).toBe(1);
  });
});

describe('what to do', () => {
  const full = Object.assign(new Error('ENOSPC: no space'), { code: 'ENOSPC', errno: -28 });
  const odd = Object.assign(new Error('EODD: odd'), { code: 'EODD', errno: -999 });
  const hint = (error: Error, ...advice: Parameters<typeof explained>[3][]) =>
    (explained(error, 'run', 'cannot write x', ...advice) as CifarNormError).hint;

  it('joins the cure with another way, or with what follows it', () => {
    expect(hint(full)).toBe('free some space there');
    expect(hint(full, 'choose another folder')).toBe('free some space there, or choose another folder');
    expect(hint(full, { after: 'run again' })).toBe('free some space there, then run again');
    expect(hint(odd, { after: 'run again' })).toBe('solve this, then run again');
    expect(hint(odd, 'choose another folder')).toBe('choose another folder');
  });

  it('leaves other errors as they are', () => {
    const own = new CifarNormError('data', 'x');
    const bug = new TypeError('x is not a function');
    expect(explained(own, 'run', 'y')).toBe(own);
    expect(explained(bug, 'run', 'y')).toBe(bug);
  });
});

it('Windows: a file that cannot be replaced may be open in another program', () => {
  const error = (syscall: string) =>
    Object.assign(new Error('EPERM'), {
      ...{ code: 'EPERM', errno: -4048, syscall },
      path: '/x/trials.csv.tmp-1',
      dest: '/x/trials.csv',
    });
  expect(refusalOf(error('rename'), 'win32')!.cure).toBe(
    'close it in the program that has it open, such as Excel',
  );
  expect(refusalOf(error('open'), 'win32')!.cure).toMatch(/^look at owner/);
  expect(refusalOf(error('rename'), 'linux')!.cure).toMatch(/^look at owner/);
});
