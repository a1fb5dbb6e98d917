/** What cannot be run or kept is refused, with its figure, before anything is written. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { smallSweep } from '../chaos/small.ts';
import { emptyFolder, entry } from '../e2e/cli.ts';
import { runTiny, tiny } from './tiny.ts';

async function refusal(changes: object): Promise<string> {
  const out = join(emptyFolder(), 'run');
  const error = await runTiny({ ...tiny(1), ...changes }, out).catch((error: Error) => error);
  expect(existsSync(out)).toBe(false);
  return (error as Error).message;
}

it('a history that is longer than the journal holds', async () => {
  expect(await refusal({ epochs: 1_000_000, batchSize: 1 })).toMatch(
    /10,000,000 iterations .*at most 5,000,000/,
  );
});

it('a history whose random stream would take minutes to walk: refused at once', () => {
  const out = join(emptyFolder(), 'run');
  const words = ['sweep', 'weight-scale', '--data', 'synthetic', '--out', out, '--set', 'epochs=1000000'];
  const { status, stderr } = spawnSync(process.execPath, [entry, ...words], {
    ...{ encoding: 'utf8', timeout: 60_000, killSignal: 'SIGKILL' },
  });
  expect(stderr).toMatch(/20,000,000 iterations/);
  expect(status).toBe(2);
});

it('a net that does not fit into memory, activations included', async () => {
  const message = await refusal({ hiddenDims: [30_000], batchSize: 50_000, sweep: { weightScale: [1] } });
  expect(message).toMatch(/takes \d+\.\d GiB .*activations.* can address 4\.0 GiB/);
});

describe.skipIf(process.platform !== 'linux')('a limit on addresses', () => {
  it.each([
    [4, 1],
    [12, 1],
    [20, 2],
    [45, 2],
  ])('of %d GB, with %d workers: one error that says what to do', (gigabytes, workers) => {
    const out = join(emptyFolder(), 'run');
    const words = [process.execPath, entry, ...smallSweep(), '--workers', String(workers), '--out', out];
    const script = `ulimit -v ${gigabytes * 1e6}; exec "$@"`;
    const { status, stderr } = spawnSync('bash', ['-c', script, 'bash', ...words], { encoding: 'utf8' });
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^error: the system limits the memory of this process: .*\n {2}hint: .*--disable-wasm-trap-handler\n$/,
    );
    expect(existsSync(out)).toBe(false);
  });

  it('of 8 GB is enough if V8 reserves none', () => {
    const words = [process.execPath, '--disable-wasm-trap-handler', entry, ...smallSweep(), '--workers', '2'];
    const script = 'ulimit -v 8000000; exec "$@"';
    const options = { encoding: 'utf8', cwd: emptyFolder() } as const;
    expect(spawnSync('bash', ['-c', script, 'bash', ...words], options).status).toBe(0);
  });
});
