/** Where the program cannot run, it says why in one line, and what to do in a second. */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { nodeOf } from '../nodes.ts';
import { cifarNorm, emptyFolder } from './cli.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const node14 = nodeOf('14');
const TRAIN = [
  ...['sweep', 'weight-scale', '--data', 'synthetic', '--set', 'epochs=1', '--set', 'hiddenDims=[4]'],
  ...['--set', 'trainImages=100', '--quiet'],
];

/** An error of two lines. Node's own warnings may come before it. */
const refused = (message: string | RegExp) => ({
  code: 1,
  stdout: '',
  stderr: expect.stringMatching(
    new RegExp(
      `^((\\(|Warning:).*\\n)*error: ${typeof message === 'string' ? message : message.source}\\n {2}hint: .+\\n$`,
    ),
  ),
});

/** Node with flags, as a program: a script that hands its arguments on. */
function nodeWith(flags: string): string {
  const file = join(emptyFolder(), 'node');
  writeFileSync(file, `#!/bin/sh\nexec '${process.execPath}' ${flags} "$@"\n`, { mode: 0o755 });
  return file;
}

describe('a machine that cannot run the program is refused', () => {
  it.skipIf(!node14)('Node 14 (skipped where it is not installed)', async () => {
    const message = `cifar-norm needs Node 20\\.19 or newer, and this is Node 14\\.\\d+\\.\\d+`;
    expect(await cifarNorm(TRAIN, { node: node14! })).toEqual(refused(message));
    expect(await cifarNorm([], { node: node14!, entry: join(root, 'src', 'build.js') })).toEqual(
      refused(message),
    );
  });

  const permission = process.allowedNodeEnvironmentFlags.has('--permission')
    ? '--permission'
    : '--experimental-permission';
  it.each([
    ['--jitless', 'cifar-norm needs WebAssembly, which is turned off in this Node'],
    ['--frozen-intrinsics', 'cifar-norm does not run with --frozen-intrinsics'],
    [`${permission} --allow-fs-read='*'`, 'cifar-norm does not run with the permission model of Node'],
  ])('%s', async (flags, message) => {
    expect(await cifarNorm(TRAIN, { node: nodeWith(flags) })).toEqual(refused(message));
  });

  // V8 knows SSE4.1 on x86 only.
  it.skipIf(process.arch !== 'x64')('a processor without SSE4.1, played by a flag of V8', async () => {
    expect(await cifarNorm(TRAIN, { node: nodeWith('--no-enable-sse4-1') })).toEqual(
      refused('cifar-norm needs WebAssembly SIMD, which this processor or this Node does not have'),
    );
  });

  it('a big-endian machine, played by an array whose bytes are turned', async () => {
    const stub = 'globalThis.Uint16Array = class { buffer = Uint8Array.of(0, 1).buffer };';
    const flags = `--import 'data:text/javascript,${encodeURIComponent(stub).replaceAll("'", '%27')}'`;
    expect(await cifarNorm(TRAIN, { node: nodeWith(flags) })).toEqual(
      refused('cifar-norm needs a little-endian processor, and this one is big-endian'),
    );
  });

  it('the version is that of package.json', async () => {
    const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const { refusalOf } = (await import(pathToFileURL(join(root, 'bin', 'machine.js')).href)) as {
      refusalOf(versions: { readonly node: string }): object | undefined;
    };
    expect(engines.node).toBe('>=20.19');
    expect(
      ['19.9.0', '20.18.3', '20.19.0', '21.0.0', '100.0.0'].map(node => refusalOf({ node }) === undefined),
    ).toEqual([...[false, false, true, true, true]]);
  });
});

it('a program whose files are not there says how to get them', async () => {
  const folder = emptyFolder();
  cpSync(join(root, 'bin'), join(folder, 'bin'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  const program = { entry: join(folder, 'bin', 'cifar-norm.js') };
  expect(await cifarNorm(TRAIN, program)).toEqual(refused(`${folder}/: files of cifar-norm are missing`));
  mkdirSync(join(folder, 'src'));
  cpSync(join(root, 'src', 'build.js'), join(folder, 'src', 'build.js'));
  expect(await cifarNorm(TRAIN, program)).toEqual(refused(`${folder}/: cifar-norm is not built`));
});
