/** No home, a full stdout, few file descriptors, little address space: each gives one clear message and no stack. */
import { spawnSync } from 'node:child_process';
import { chmodSync, closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { emptyFolder, entry } from '../e2e/cli.ts';
import { csvsOf, idsIn, smallSweep, TRIALS } from './small.ts';

const isLinux = process.platform === 'linux';
const words = smallSweep();

/** Runs the command under a limit of the shell. */
function under(limit: string, args: readonly string[]) {
  const options = { encoding: 'utf8', cwd: emptyFolder() } as const;
  const command = [process.execPath, entry, ...args];
  return spawnSync('bash', ['-c', `ulimit ${limit}; exec "$@"`, 'bash', ...command], options);
}

describe('no home', () => {
  const { HOME: _, XDG_CACHE_HOME: __, CIFAR_NORM_DATA: ___, ...env } = process.env;
  const run = (args: readonly string[], user: { uid?: number } = {}) => {
    const cwd = emptyFolder();
    chmodSync(cwd, 0o777);
    return spawnSync(process.execPath, [entry, ...args], { encoding: 'utf8', cwd, env, ...user });
  };
  const synthetic = ['sweep', 'weight-scale', '--data', 'synthetic', '--quiet', '--set', 'epochs=1'];
  const short = [...synthetic, '--set', 'hiddenDims=[5]', '--set', 'weightScale=[0.1]'];

  it('HOME is not set: a sweep runs', () => {
    const { status, stderr } = run(short);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(status).toBe(0);
  });

  it.skipIf(!isLinux || process.getuid?.() !== 0)(
    'the user has no account on the system: a sweep runs',
    () => {
      const { status, stderr } = run(short, { uid: 54_321 });
      expect(stderr).not.toMatch(/^\s+at /m);
      expect(status).toBe(0);
    },
  );
});

it.skipIf(!isLinux).each(['--help', '--version', 'sweep --help', 'data download --help'])(
  '%s: a full stdout is an error',
  text => {
    const full = openSync('/dev/full', 'w');
    const { status, stderr } = spawnSync(process.execPath, [entry, ...text.split(' ')], {
      stdio: ['ignore', full, 'pipe'],
      encoding: 'utf8',
    });
    closeSync(full);
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^error: cannot write the result to stdout: no space left on the disk \(ENOSPC\)\n.*\n$/,
    );
  },
);

describe.skipIf(!isLinux)('few descriptors', () => {
  it.each([22, 26, 30, 40, 48])('%d: the limit is named, and no stack is shown', files => {
    const out = join(emptyFolder(), 'run');
    const { status, stderr } = under(`-n ${files}`, [...words, '--out', out]);
    expect(stderr).toMatch(/^error: .*too many open files \(EMFILE\)\n {2}hint: .*ulimit -n 256\n$/);
    expect(status).toBe(1);
    expect(existsSync(out)).toBe(false);
  });

  it('64 are enough', () => {
    const [out, calm] = [join(emptyFolder(), 'run'), join(emptyFolder(), 'run')];
    expect(under('-n 64', [...words, '--workers', '2', '--out', out]).status).toBe(0);
    expect(under('-n 1024', [...words, '--out', calm]).status).toBe(0);
    expect(idsIn(readFileSync(join(out, 'journal.jsonl'), 'utf8'))).toHaveLength(TRIALS);
    expect(csvsOf(out)).toEqual(csvsOf(calm));
  });
});

it.skipIf(!isLinux).each([4, 12])(
  'gradcheck with %d GB of address space: one error that says what to do',
  size => {
    const { status, stdout, stderr } = under(`-v ${size}000000`, ['gradcheck']);
    expect(stderr).toMatch(
      /^error: the system limits the memory of this process: .*\n {2}hint: .*--disable-wasm-trap-handler\n$/,
    );
    expect(stdout).toBe('');
    expect(status).toBe(1);
  },
);
