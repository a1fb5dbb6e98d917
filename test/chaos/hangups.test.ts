/** Hangups end a run only if it has a terminal; time for which a run is stopped does not count. */
import { type ChildProcess, execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { cifarNorm, emptyFolder, entry } from '../e2e/cli.ts';
import { hasTmux, openTmux } from '../e2e/tmux.ts';
import { csvsOf, idsIn, smallSweep, TRIALS } from './small.ts';

const isLinux = process.platform === 'linux';
const journalIn = (out: string) => {
  const path = join(out, 'journal.jsonl');
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
};
async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 2000 && !condition(); i++) await wait(25);
  expect(condition()).toBe(true);
}
const quoted = (words: readonly string[]) => words.map(word => `'${word}'`).join(' ');
const commandOf = (out: string) => quoted([process.execPath, entry, ...smallSweep(), '--out', out]);

it('without a terminal, SIGHUP is noted once and the run goes on', async () => {
  const [out, calm] = [join(emptyFolder(), 'run'), join(emptyFolder(), 'run')];
  const onStart = async (child: ChildProcess) => {
    await until(() => idsIn(journalIn(out)).length > 0);
    for (let i = 0; i < 3; i++) child.kill('SIGHUP');
  };
  const { code, stderr } = await cifarNorm([...smallSweep(), '--out', out], {
    onStart: child => void onStart(child),
  });
  expect([code, stderr]).toEqual([0, 'ignored SIGHUP: the program does not run in a terminal\n']);
  await cifarNorm([...smallSweep(), '--out', calm]);
  expect(csvsOf(out)).toEqual(csvsOf(calm));
});

it.skipIf(!hasTmux)('nohup outlives its terminal', async () => {
  const out = join(emptyFolder(), 'run');
  const tmux = openTmux(80, 10);
  tmux.send(`nohup ${commandOf(out)} &`, 'Enter');
  await until(() => idsIn(journalIn(out)).length > 0);
  tmux.close();
  await until(() => /"status": "finished"/.test(readFileSync(join(out, 'manifest.json'), 'utf8')));
  expect(idsIn(journalIn(out))).toHaveLength(TRIALS);
});

it.skipIf(!hasTmux)('a run whose terminal is closed ends in order, with exit code 129', async () => {
  const out = join(emptyFolder(), 'run');
  const code = join(emptyFolder(), 'code');
  const script = join(emptyFolder(), 'run.sh');
  // A shell that outlives its terminal sees the exit code.
  writeFileSync(script, `trap '' HUP\n${commandOf(out)} --set epochs=2000\necho $? >${code}\n`);
  const tmux = openTmux(80, 10);
  tmux.send(`bash ${script}`, 'Enter');
  await until(() => journalIn(out) !== '' && existsSync(join(out, 'manifest.json')));
  tmux.close();
  await until(() => existsSync(code) && readFileSync(code, 'utf8') !== '');
  expect(readFileSync(code, 'utf8')).toBe('129\n');
  expect(readFileSync(join(out, 'manifest.json'), 'utf8')).toMatch(/"status": "interrupted"/);
});

it.skipIf(!isLinux)('timeout -s INT ends a run, and the same command resumes it', () => {
  const out = join(emptyFolder(), 'run');
  const words = [process.execPath, entry, ...smallSweep(), '--set', 'epochs=2000', '--out', out];
  const { status, stderr } = spawnSync('timeout', ['-s', 'INT', '3', ...words], { encoding: 'utf8' });
  expect(status).toBe(124);
  expect(stderr).toMatch(
    /^Interrupted: \d+ of 40 trials are kept\. Run the same command again to resume\.\n$/,
  );
  const kept = idsIn(journalIn(out));
  spawnSync('timeout', ['-s', 'INT', '3', ...words]);
  expect(idsIn(journalIn(out)).slice(0, kept.length)).toEqual(kept);
});

it.skipIf(!isLinux)(
  'time for which a run is stopped counts neither as training nor towards --timeout',
  async () => {
    const out = join(emptyFolder(), 'run');
    const file = join(emptyFolder(), 'one.yaml');
    writeFileSync(
      file,
      'numTraining: 100\nnumValidation: 50\ntrainImages: 100\nbatchSize: 10\nhiddenDims: [50, 50]\nepochs: 400\n',
    );
    const words = ['sweep', file, '--data', 'synthetic', '--workers', '1', '--timeout', '7', '--out', out];
    const onStart = async (child: ChildProcess) => {
      await until(() => journalIn(out) !== '');
      await wait(300);
      child.kill('SIGSTOP');
      await wait(9000);
      expect(execFileSync('ps', ['-o', 'stat=', '-p', String(child.pid)], { encoding: 'utf8' })).toMatch(
        /^T/,
      );
      child.kill('SIGCONT');
    };
    const { code, stderr } = await cifarNorm(words, { onStart: child => void onStart(child) });
    expect(stderr).not.toMatch(/took longer/);
    expect(code).toBe(0);
    const [, seconds] = /"seconds":([\d.]+)/.exec(journalIn(out))!;
    expect(Number(seconds)).toBeLessThan(7);
  },
);
