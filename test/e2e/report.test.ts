/** Where a report is written, and files that it must not replace. */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { cifarNorm, emptyFolder } from './cli.ts';

const stored = fileURLToPath(new URL('../fixtures/runs/0.2.0-finished', import.meta.url));

it.each(['html', 'md', 'svg'])('the built command writes %s', async format => {
  const out = join(emptyFolder(), 'report');
  const { code, stderr } = await cifarNorm(['report', stored, '--format', format, '--out', out]);
  expect([code, stderr]).toEqual([0, '']);
  expect(existsSync(out)).toBe(true);
});

it('runs whose folders have the same name keep their figures apart', async () => {
  const folder = emptyFolder();
  const runs = ['before', 'after'].map(name => join(folder, name, 'run'));
  for (const run of runs) cpSync(stored, run, { recursive: true });
  const out = join(folder, 'figures');
  const { code, stdout } = await cifarNorm(['report', ...runs, '--format', 'svg', '--out', out]);
  expect(code).toBe(0);
  const written = stdout.trim().split('\n');
  expect(new Set(written).size).toBe(written.length);
  expect(readdirSync(out)).toHaveLength(written.length);
});

it('a link or a FIFO is refused and stays what it is', async () => {
  const folder = emptyFolder();
  const [own, link, fifo] = ['own.txt', 'link', 'fifo'].map(name => join(folder, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(own, 'mine\n');
  symlinkSync(own, link);
  const hasFifo = spawnSync('mkfifo', [fifo]).status === 0;
  for (const out of hasFifo ? [link, fifo] : [link]) {
    const { code, stderr } = await cifarNorm(['report', stored, '--out', out]);
    expect(code).toBe(2);
    expect(stderr).toContain(`${out} is not a regular file`);
    expect(lstatSync(out).isFile()).toBe(false);
  }
  expect(readFileSync(own, 'utf8')).toBe('mine\n');
});
