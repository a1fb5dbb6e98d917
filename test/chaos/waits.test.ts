/** The process does not end while something is awaited; if it must, it says so. */
import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { entry } from '../e2e/cli.ts';

const node = (...words: string[]) => spawnSync(process.execPath, words, { encoding: 'utf8' });

it('a record that arrives after its trial is done is awaited', () => {
  const pool = new URL('./late-pool.js', import.meta.url).href;
  const threads = new URL('../../dist/run/executors/threads.js', import.meta.url).href;
  const script = `
    const { threadExecutor } = await import('${threads}');
    const executor = threadExecutor({}, {}, { threads: 1 });
    const signal = new AbortController().signal;
    console.log((await executor.run({}, { signal, onProgress() {} })).id);`;
  const { status, stdout, stderr } = node('--import', pool, '--input-type=module', '--eval', script);
  expect([status, stdout, stderr]).toEqual([0, 'late\n', '']);
});

it('a program that waits for what cannot come says so, with exit code 1', () => {
  const broken = 'data:text/javascript,globalThis.setImmediate = () => {}';
  const { status, stderr } = node('--import', broken, entry, '--version');
  expect(status).toBe(1);
  expect(stderr).toMatch(/^error: the program cannot go on: .*\n {2}hint: .*run the same command again\n$/);
});
