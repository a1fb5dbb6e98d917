/** `npm run build`, in a copy of this checkout: what it makes anew, what it leaves, and what programs that run notice of it. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { cifarNorm, emptyFolder } from './cli.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
let copy: string;
let entry: string;

beforeEach(() => {
  copy = emptyFolder();
  entry = join(copy, 'bin', 'cifar-norm.js');
  for (const name of [
    'bin',
    'configs',
    'dist',
    'src',
    'package.json',
    'tsconfig.json',
    'tsconfig.build.json',
  ])
    cpSync(join(root, name), join(copy, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
});
afterEach(() => rmSync(copy, { recursive: true, force: true }));

const words = () => [join(copy, 'src', 'build.js')];
const build = (env: NodeJS.ProcessEnv = {}) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, words(), {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  return { status, stdout, stderr };
};
const GOOD = { status: 0, stdout: '', stderr: '' };

/** Folders of builds that go on, or were killed. */
const beside = () => readdirSync(copy).filter(name => /^dist\./.test(name));
/** Changes when the file is made anew. */
const made = (path: string) => statSync(join(copy, 'dist', path)).mtimeMs;
const edit = (path: string, change: (text: string) => string) => {
  const file = join(copy, path);
  const [before, after] = [readFileSync(file, 'utf8'), change(readFileSync(file, 'utf8'))];
  expect(after).not.toBe(before);
  writeFileSync(file, after);
};
/** A line that a program prints at its start, so that a test sees which one runs. */
const editProgram = (title: string) =>
  edit('src/cli/program.ts', text => text.replace(/\.description\(\s*'/, start => `${start}${title} `));
const help = async () => (await cifarNorm(['--help'], { entry })).stdout;

/** Waits for what a process writes or makes. */
async function until(happened: () => boolean, child: ChildProcess) {
  while (!happened()) {
    expect(child.exitCode, 'the process ended too early').toBe(null);
    await sleep(5);
  }
}

it('does nothing if no source has changed', () => {
  const before = statSync(join(copy, 'dist')).ino;
  expect(build()).toEqual(GOOD);
  expect(statSync(join(copy, 'dist')).ino).toBe(before);
});

it('makes only the parts whose sources have changed', async () => {
  const [wasm, main] = [made('kernels/f32.wasm'), made('bundle/main.js')];
  editProgram('Edited.');
  expect(build()).toEqual(GOOD);
  expect(await help()).toContain('Edited.');
  expect(made('kernels/f32.wasm')).toBe(wasm);
  expect(made('bundle/main.js')).not.toBe(main);
});

it('makes a damaged part again', () => {
  const file = join(copy, 'dist', 'bundle', 'main.js');
  const good = readFileSync(file);
  writeFileSync(file, 'export {};');
  expect(build()).toEqual(GOOD);
  expect(readFileSync(file)).toEqual(good);
});

it('leaves the old program in place if it is killed or fails', async () => {
  editProgram('Never.');
  const child = spawn(process.execPath, words(), { stdio: 'ignore', detached: true });
  await until(() => beside().some(name => existsSync(join(copy, name, 'cli', 'main.js'))), child);
  const ended = new Promise(resolve => child.once('close', resolve));
  // With the compiler that it has started.
  process.kill(-child.pid!, 'SIGKILL');
  await ended;
  expect(beside()).toHaveLength(1);
  expect(await help()).not.toContain('Never.');

  edit('src/cli/program.ts', text => `${text}\nexport const = 1;\n`);
  const { status, stderr } = build();
  expect([status, stderr]).toEqual([
    1,
    expect.stringMatching(/^error: .*tsc ended with exit code \d\n {2}hint: .*\n$/),
  ]);
  expect(await help()).not.toContain('Never.');
  expect(beside(), 'leftovers of the one that was killed').toEqual([]);
});

it('leaves a program that runs its own files: the run ends with the bytes of one that nothing disturbed', async () => {
  const sweep = (out: string, run: string = entry) => [
    ...[run, 'sweep', 'weight-scale', '--data', 'synthetic', '--out', out, '--workers', '1'],
    ...['--set', 'epochs=1', '--set', 'hiddenDims=[30]'],
  ];
  const [undisturbed, disturbed] = [join(emptyFolder(), 'run'), join(emptyFolder(), 'run')];
  const program = join(root, 'bin', 'cifar-norm.js');
  expect(spawnSync(process.execPath, sweep(undisturbed, program)).status).toBe(0);

  const child = spawn(process.execPath, sweep(disturbed), { stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', chunk => {
    stderr += chunk;
  });
  const code = new Promise(resolve => child.once('close', resolve));
  await until(() => /^\[1\/40\]/m.test(stderr), child);
  // Stopped, the run cannot end before the build does.
  child.kill('SIGSTOP');
  for (const room of ['cli', 'run', 'report', 'store'])
    for (const name of readdirSync(join(copy, 'src', room)).filter(
      name => /\w\.ts$/.test(name) && !name.endsWith('.d.ts'),
    ))
      writeFileSync(
        join(copy, 'src', room, name),
        `console.log('edited');\n${readFileSync(join(copy, 'src', room, name), 'utf8')}`,
      );
  expect(build()).toEqual(GOOD);
  child.kill('SIGCONT');
  expect(await code, stderr).toBe(0);
  for (const name of ['trials.csv', 'losses.csv', 'accuracies.csv', 'finding.json'])
    expect(readFileSync(join(disturbed, name))).toEqual(readFileSync(join(undisturbed, name)));
  expect(await help()).toContain('edited');
});

it('two builds at the same time leave one program', async () => {
  editProgram('Twice.');
  const codes = [0, 1].map(() => {
    const child = spawn(process.execPath, words(), { stdio: 'ignore' });
    return new Promise(resolve => child.once('close', resolve));
  });
  expect(await Promise.all(codes)).toEqual([0, 0]);
  expect(await help()).toContain('Twice.');
  expect(beside()).toEqual([]);
  expect(build()).toEqual(GOOD);
});

it('says in one line which packages are missing; without a change it needs none', () => {
  rmSync(join(copy, 'node_modules'));
  mkdirSync(join(copy, 'node_modules'));
  expect(build()).toEqual(GOOD);
  rmSync(join(copy, 'dist'), { recursive: true });
  expect(build()).toEqual({
    status: 1,
    stdout: '',
    stderr:
      'error: the build needs packages that are not installed (assemblyscript, rolldown, typescript): NODE_ENV=production and --omit=dev leave them out\n' +
      '  hint: npm ci --include=dev\n',
  });
});

it('builds the native kernels once there is a C compiler', async () => {
  const native = join(copy, 'dist', 'kernels', 'native', `${process.platform}-${process.arch}.node`);
  const had = existsSync(native);
  const { status, stdout } = build({ CC: 'no-such-compiler' });
  expect(status).toBe(0);
  if (had)
    expect(stdout).toMatch(/^native kernels are not built \(there is no C compiler no-such-compiler\)/);
  expect(existsSync(native)).toBe(false);
  expect((await cifarNorm(['gradcheck', '--quiet'], { entry })).code).toBe(0);
  build();
  expect(existsSync(native)).toBe(had);
});
