/** Without the packages of the queue, everything else works, and the queue says what to install. */

import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { smallSweep } from '../chaos/small.ts';
import { cifarNorm, emptyFolder, entry } from '../e2e/cli.ts';

it('without bullmq and ioredis a sweep works, and --queue names the command that installs them', async () => {
  const project = dirname(dirname(entry));
  const copy = emptyFolder();
  for (const name of ['bin', 'dist', 'configs', 'package.json'])
    cpSync(join(project, name), join(copy, name), { recursive: true });
  mkdirSync(join(copy, 'node_modules'));
  for (const name of readdirSync(join(project, 'node_modules')))
    if (!['bullmq', 'ioredis'].includes(name))
      symlinkSync(join(project, 'node_modules', name), join(copy, 'node_modules', name));
  const run = (words: readonly string[]) =>
    spawnSync(process.execPath, [join(copy, 'bin', 'cifar-norm.js'), ...words], { encoding: 'utf8' });
  const out = join(emptyFolder(), 'run');
  const words = [...smallSweep(), '--out', out];
  const queued = run([...words, '--queue', 'redis://127.0.0.1:1']);
  expect(queued.stderr).toContain('a queue needs the packages bullmq and ioredis');
  expect(queued.stderr).toContain('hint: npm install bullmq@6 ioredis@6');
  expect(queued.status).toBe(2);
  expect(run(words).status).toBe(0);
});

it('a queue that is no URL of Redis is refused without repeating it', async () => {
  for (const url of ['weight-scale', 'http://:secret@desk', 'redis://']) {
    const { code, stderr } = await cifarNorm([...smallSweep(), '--queue', url]);
    expect(code).toBe(2);
    expect(stderr).toContain('the queue must be a URL of Redis');
    expect(stderr).not.toContain('secret');
  }
});
