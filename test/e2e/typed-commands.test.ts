/** The commands that the program prints for users are those that work for them: each is run, by a shell, as it is printed. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { COMMANDS, withCall } from '../../src/cli/as-typed.ts';
import { cifarNorm, emptyFolder, entry, folderWith } from './cli.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Of the surroundings only what is named: the tests themselves are started by npm. */
const shell = (command: string, cwd: string, PATH = process.env.PATH) => {
  const { status, stdout, stderr } = spawnSync('sh', ['-c', command], {
    ...{ cwd, encoding: 'utf8' },
    env: { PATH, HOME: emptyFolder(), npm_config_cache: emptyFolder(), npm_config_update_notifier: 'false' },
  });
  return { status, stdout, stderr };
};

describe.each([
  {
    how: 'installed',
    start: 'cifar-norm',
    cwd: emptyFolder(),
    path: `${folderWith(entry)}:${process.env.PATH}`,
    typed: 'cifar-norm',
  },
  {
    how: 'npx in a checkout',
    start: 'npx --offline cifar-norm',
    cwd: root,
    path: undefined,
    typed: 'npx cifar-norm',
  },
  {
    how: 'Node with a file of the working folder',
    start: 'node bin/cifar-norm.js',
    cwd: root,
    path: undefined,
    typed: 'node bin/cifar-norm.js',
  },
  {
    how: 'Node with a file elsewhere',
    start: `node '${entry}'`,
    cwd: emptyFolder(),
    path: undefined,
    typed: `node ${entry}`,
  },
])('started by $how', ({ start, cwd, path, typed }) => {
  it('an error prints a command that works', () => {
    const { status, stderr } = shell(`${start} show`, cwd, path);
    const [, command] = /^ {2}hint: (.*) lists the runs$/m.exec(stderr) ?? [];
    expect([status, command]).toEqual([2, `${typed} runs`]);
    expect(shell(`${command}`, cwd, path)).toMatchObject({ status: 0, stderr: '' });
  });

  it('so do help and usage', () => {
    const { stdout } = shell(`${start} status --help`, cwd, path);
    expect(stdout).toContain(`Usage: ${typed} status [options]`);
    expect(stdout).toContain(`  ${typed} status\n`);
    expect(stdout.match(/^.*cifar-norm.*$/gm)!.every(line => line.includes(typed))).toBe(true);
  });
});

it('started by a package that depends on it', () => {
  const project = emptyFolder();
  mkdirSync(join(project, 'node_modules', '.bin'), { recursive: true });
  symlinkSync(root, join(project, 'node_modules', 'cifar-norm'));
  symlinkSync('../cifar-norm/bin/cifar-norm.js', join(project, 'node_modules', '.bin', 'cifar-norm'));
  const { stdout } = shell('node_modules/.bin/cifar-norm runs', project);
  expect(stdout).toBe('There are no runs in ./results. To make one: npx cifar-norm sweep weight-scale\n');
});

it('files and documents have one spelling, however the program was started', () => {
  const out = join(emptyFolder(), 'run');
  const sweep = `sweep weight-scale --data synthetic --set epochs=1 --set hiddenDims=[4] --set trainImages=100 --out ${out}`;
  expect(shell(`node '${entry}' ${sweep} --quiet`, emptyFolder()).status).toBe(0);
  expect(readFileSync(join(out, 'manifest.json'), 'utf8')).not.toContain(entry);
  expect(shell(`node '${entry}' show ${out} --json`, emptyFolder()).stdout).not.toContain(entry);
  const { stdout } = shell(`node '${entry}' show ${out}`, emptyFolder());
  expect(stdout).toContain(`run: node ${entry} data download`);
});

it('knows the commands of the program', async () => {
  const { stdout } = await cifarNorm(['--help']);
  const names = [...stdout.matchAll(/^ {2}([a-z]+)(?= )/gm)]
    .map(([, name]) => name!)
    .filter(name => name !== 'cifar');
  expect([...COMMANDS].sort()).toEqual([...new Set(names)].sort());
});

it.each([
  [
    'fetch it with cifar-norm data download, or name its place',
    'fetch it with npx cifar-norm data download, or name its place',
  ],
  ['put all shards together with cifar-norm merge.', 'put all shards together with npx cifar-norm merge.'],
  ['  cifar-norm runs\n  cifar-norm runs --json', '  npx cifar-norm runs\n  npx cifar-norm runs --json'],
  ['install cifar-norm again', undefined],
  ['cifar-norm 0.1.0', undefined],
  ['/home/me/cifar-norm data/run: no such folder', undefined],
  ['cifar-norm data: no such folder', undefined],
  ["'cifar-norm data'", undefined],
  ['npx cifar-norm sweep weight-scale', undefined],
])('%j', (text, typed) => expect(withCall(text, 'npx cifar-norm')).toBe(typed ?? text));
