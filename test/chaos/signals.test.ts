/** Signals end the program at any moment, and never open a debugger. */
import { type spawn, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { recordLine } from '../../src/store/format.ts';
import { readRun } from '../../src/store/stored-run.ts';
import { cifarNorm, emptyFolder, entry } from '../e2e/cli.ts';
import { smallSweep } from './small.ts';

type Child = ReturnType<typeof spawn>;

/** Calls `act` when the run's journal exists. */
const whenBegun = (out: string, act: (child: Child) => void) => (child: Child) => {
  const timer = setInterval(() => {
    const journal = join(out, 'journal.jsonl');
    if (!existsSync(journal) || !readFileSync(journal, 'utf8').includes('\n')) return;
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

it.each(['SIGUSR1', 'SIGHUP'])('%s does nothing while the program is loaded', signal => {
  const folder = emptyFolder();
  mkdirSync(join(folder, 'dist', 'bundle'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  cpSync(dirname(entry), join(folder, 'bin'), { recursive: true });
  // Stands in for the program, which gets the signal as soon as it begins to load.
  const program = `
    process.kill(process.pid, '${signal}');
    await new Promise(resolve => setTimeout(resolve, 500));
    export const main = async () => 42;`;
  writeFileSync(join(folder, 'dist', 'bundle', 'main.js'), program);
  const { status, stderr } = spawnSync(process.execPath, [join(folder, 'bin', 'cifar-norm.js')], {
    encoding: 'utf8',
  });
  // SIGUSR1 opens no debugger; without a terminal, SIGHUP does not end the program.
  expect(stderr).toBe('');
  expect(status).toBe(42);
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

describe.skipIf(process.platform !== 'linux')('two signals end the program', () => {
  const words = [...smallSweep(), '--set', 'weightScale=[0.1, 1]', '--workers', '1'];
  let out: string;

  beforeAll(async () => {
    out = join(emptyFolder(), 'run');
    expect((await cifarNorm([...words, '--out', out])).code).toBe(0);
    // Long histories make reading and writing slow enough for a signal.
    const run = await readRun(out);
    const losses = Array.from({ length: 100_000 }, (_, i) => 1 / (i + 1));
    const lines = run.results.map(({ record }) => recordLine({ ...record(), losses }));
    await run.close();
    for (const line of lines) appendFileSync(join(out, 'journal.jsonl'), line);
  });

  /** Signals the process twice once `when` holds, and expects it to end at the second signal. */
  async function signalled(when: (child: Child) => boolean): Promise<void> {
    const journal = readFileSync(join(out, 'journal.jsonl'));
    let sent = 0;
    const { code, stderr } = await cifarNorm([...words, '--out', out], {
      onStart: child => {
        const timer = setInterval(() => {
          if (sent === 0 && !when(child)) return;
          child.kill('SIGINT');
          if (++sent === 2) clearInterval(timer);
        }, 2);
        child.on('close', () => clearInterval(timer));
      },
    });
    expect(sent).toBe(2);
    expect(code).toBe(130);
    // An end in order would say what is kept.
    expect(stderr).toBe('');
    expect(readFileSync(join(out, 'journal.jsonl')).equals(journal)).toBe(true);
  }

  it('while it reads a long journal', () =>
    signalled(({ pid }) => {
      try {
        const files = readdirSync(`/proc/${pid}/fd`).map(fd => readlinkSync(`/proc/${pid}/fd/${fd}`));
        return files.some(file => file.endsWith('journal.jsonl'));
      } catch {
        // The process or the file has just been closed.
        return false;
      }
    }));

  it('while it writes long views', () =>
    signalled(() => readdirSync(out).some(name => name.startsWith('losses.csv.tmp-'))));

  it('and the next run writes the views', async () => {
    expect((await cifarNorm([...words, '--out', out])).code).toBe(0);
    expect(readdirSync(out).filter(name => name.includes('.tmp-'))).toEqual([]);
    expect(readFileSync(join(out, 'losses.csv'), 'latin1').split('\n')).toHaveLength(400_000 + 2);
  });
});
