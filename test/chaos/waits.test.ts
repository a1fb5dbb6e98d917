/** A process that must end while something is awaited says so. */
import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { entry } from '../e2e/cli.ts';

const node = (...words: string[]) => spawnSync(process.execPath, words, { encoding: 'utf8' });

it('a program that waits for what cannot come says so, with exit code 1', () => {
  const broken = 'data:text/javascript,globalThis.setImmediate = () => {}';
  const { status, stderr } = node('--import', broken, entry, '--version');
  expect(status).toBe(1);
  expect(stderr).toMatch(/^error: the program cannot go on: .*\n {2}hint: .*run the same command again\n$/);
});
