/** When a process started: what recognizes a PID that the system has given to another. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { startOf } from '../../src/files/holder.ts';

const hasPs = existsSync('/bin/ps');

describe.each([
  ['the kernel', 'linux', process.platform === 'linux'],
  ['ps', 'darwin', hasPs],
] as const)('from %s', (_, platform, isThere) => {
  it.skipIf(!isThere)('digits that stay, and differ for a process that starts later', async () => {
    const [own, again] = [startOf(process.pid, platform), startOf(process.pid, platform)];
    expect(own).toMatch(/^\d+$/);
    expect(again).toBe(own);
    await wait(1100);
    const child = spawn(process.execPath, ['--eval', 'setTimeout(() => {}, 60_000)']);
    await wait(100);
    expect(Number(startOf(child.pid!, platform))).toBeGreaterThan(Number(own));
    child.kill();
  });

  it.skipIf(!isThere)('nothing of a process that is not there', () => {
    expect(startOf(2 ** 22 + 1, platform)).toBeUndefined();
  });
});

it.skipIf(!hasPs)('ps: the time does not depend on the time zone or the language', () => {
  const own = startOf(process.pid, 'darwin')!;
  expect(Math.abs(Number(own) - (Date.now() / 1000 - process.uptime()))).toBeLessThan(5);
  const { TZ, LANG } = process.env;
  Object.assign(process.env, { TZ: 'Asia/Shanghai', LANG: 'de_DE.UTF-8' });
  expect(startOf(process.pid, 'darwin')).toBe(own);
  Object.assign(process.env, { TZ: TZ ?? '', LANG: LANG ?? '' });
});
