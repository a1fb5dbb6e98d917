/** Signals end the program at any moment, and never open a debugger. */
import type { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cifarNorm, emptyFolder } from '../e2e/cli.ts';
import { smallSweep } from './small.ts';

type Child = ReturnType<typeof spawn>;

/** Calls `act` when the run's journal exists. */
const whenBegun = (out: string, act: (child: Child) => void) => (child: Child) => {
  const timer = setInterval(() => {
    if (!existsSync(join(out, 'journal.jsonl'))) return;
    clearInterval(timer);
    act(child);
  }, 5);
};

it('SIGUSR1 opens no debugger', async () => {
  const out = join(emptyFolder(), 'run');
  const onStart = whenBegun(out, child => child.kill('SIGUSR1'));
  const { code, stderr } = await cifarNorm([...smallSweep(), '--out', out], { onStart });
  expect(code).toBe(0);
  expect(stderr).not.toMatch(/Debugger listening/);
});

const endless = ['--set', 'epochs=1000000', '--set', 'trainImages=10', '--set', 'batchSize=5'];

it('one signal ends a run in the calling thread, and the journal stays readable', async () => {
  const out = join(emptyFolder(), 'run');
  const words = [...smallSweep(), ...endless, '--workers', '0', '--out', out];
  const onStart = whenBegun(out, child => child.kill('SIGTERM'));
  const { code } = await cifarNorm(words, { onStart });
  expect(code).not.toBe(0);
  expect(readFileSync(join(out, 'journal.jsonl'), 'utf8')).toMatch(/^\{"format":/);
});

it.each([0, 20, 150, 300, 400])('two signals end the program, %d ms after its start', async delay => {
  const out = join(emptyFolder(), 'run');
  const { code } = await cifarNorm([...smallSweep(), ...endless, '--out', out], {
    onStart: child => {
      setTimeout(() => {
        child.kill('SIGINT');
        setTimeout(() => child.kill('SIGINT'), 20);
      }, delay);
    },
  });
  // null: the signal came before the program listened for it.
  expect([null, 130]).toContain(code);
});
