/** No home, a full stdout, few file descriptors, little address space: each gives one clear message and no stack. */
import { spawnSync } from 'node:child_process';
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync } from 'node:fs';
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

/** Runs the command as a user of its own, who may have so few processes and threads. */
function withThreads(most: number, args: readonly string[]) {
  const cwd = emptyFolder();
  chmodSync(cwd, 0o777);
  const { HOME: _, XDG_CACHE_HOME: __, ...env } = process.env;
  const user = ['--reuid', '54322', '--regid', '54322', '--clear-groups'];
  const limited = ['bash', '-c', `ulimit -u ${most}; exec "$@"`, 'bash', process.execPath, entry, ...args];
  const options = { encoding: 'utf8', cwd, env } as const;
  return { ...spawnSync('setpriv', [...user, ...limited], options), cwd };
}
const canLimitThreads = process.getuid?.() === 0 && withThreads(100, ['--version']).status === 0;
if (!canLimitThreads) console.log('skipped: few threads (needs root and setpriv)');

describe.skipIf(!canLimitThreads)('few threads', () => {
  const tiny = ['--set', 'epochs=1', '--set', 'hiddenDims=[5]', '--set', 'weightScale=[0.1, 1]'];
  const sweep = ['sweep', 'weight-scale', '--data', 'synthetic', '--quiet', ...tiny, '--replicates', '4'];

  it.each([13, 16, 18])('%d: one error with the limit and the workers that it allows', most => {
    const { status, stderr, cwd } = withThreads(most, [...sweep, '--workers', '12', '--out', 'run']);
    expect(stderr).toMatch(
      new RegExp(
        `^error: the system grants this program only \\d+ of 12 worker threads\\n {2}hint: use --workers \\d+, or raise .*: ulimit -u is ${most}\\n$`,
      ),
    );
    expect(status).toBe(1);
    expect(existsSync(join(cwd, 'run'))).toBe(false);
    const workers = /--workers (\d+)/.exec(stderr)![1]!;
    expect(withThreads(most, [...sweep, '--workers', workers, '--out', 'run']).status).toBe(0);
  });

  it('a run that is resumed is left as it was', () => {
    const out = join(emptyFolder(), 'run');
    mkdirSync(out);
    expect(under('-u unlimited', [...sweep, '--out', out]).status).toBe(0);
    const journal = readFileSync(join(out, 'journal.jsonl'));
    chmodSync(out, 0o777);
    for (const name of readdirSync(out)) chmodSync(join(out, name), 0o666);
    const { status, stderr } = withThreads(14, [...sweep.with(-1, '5'), '--workers', '12', '--out', out]);
    expect([status, stderr]).toEqual([1, expect.stringMatching(/^error: the system grants/)]);
    expect(readFileSync(join(out, 'journal.jsonl')).equals(journal)).toBe(true);
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
