/** `report --open`, with openers that succeed, fail, stay or are missing. */
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { cifarNorm, emptyFolder } from './cli.ts';

const FINISHED = fileURLToPath(new URL('../fixtures/runs/0.2.0-finished', import.meta.url));

/** The command where the system's opener is this script, or where there is none. */
function reported(script: string | undefined) {
  const cwd = emptyFolder();
  cpSync(FINISHED, join(cwd, 'a run'), { recursive: true });
  const bin = join(cwd, 'bin');
  mkdirSync(bin);
  if (script !== undefined) writeFileSync(join(bin, 'xdg-open'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const opened = () => readFileSync(join(cwd, 'opened'), 'utf8');
  const started = performance.now();
  return cifarNorm(['report', 'a run', '--open', '--quiet'], { cwd, env: { PATH: bin } }).then(outcome => ({
    ...{ ...outcome, opened, cwd, seconds: (performance.now() - started) / 1000 },
  }));
}

describe.skipIf(process.platform !== 'linux')('--open', () => {
  it.each([
    ['is missing', undefined],
    ['finds no browser', 'exit 3'],
    ['crashes', 'kill -9 $$'],
  ])('where the opener %s, one line says so, and the page is there', async (_, script) => {
    const { code, stdout, stderr, cwd } = await reported(script);
    expect(stderr).toBe("no browser could be started: open 'a run/report.html' in one yourself\n");
    expect([code, stdout]).toEqual([0, 'a run/report.html\n']);
    expect(existsSync(join(cwd, stdout.trimEnd()))).toBe(true);
  });

  it.each([
    ['ends', ''],
    ['stays', 'exec /bin/sleep 40'],
  ])('gives the page to an opener that %s', async (_, after) => {
    const { code, stderr, opened, cwd, seconds } = await reported(`echo "$1" > opened\n${after}`);
    expect([code, stderr]).toEqual([0, '']);
    expect(opened()).toBe(`${join(cwd, 'a run', 'report.html')}\n`);
    expect(seconds).toBeLessThan(30);
  });
});
