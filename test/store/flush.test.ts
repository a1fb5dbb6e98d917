/** A trial counts as finished only when its record is flushed; records that finish during a flush share the next. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { runExperiment } from '../../src/run/run-experiment.ts';
import { binaryFolder } from '../data/fixtures.ts';
import { emptyFolder } from '../e2e/cli.ts';
import { tiny } from './tiny.ts';

/** What the journal held at each flush. */
const flushed = vi.hoisted(() => ({ texts: [] as string[], delay: 0 }));

vi.mock('node:fs/promises', async original => {
  const real = await original<typeof import('node:fs/promises')>();
  return {
    ...real,
    async open(...args: Parameters<typeof real.open>) {
      const file = await real.open(...args);
      const { datasync } = file;
      file.datasync = async () => {
        const text = readFileSync(args[0] as string, 'utf8');
        await new Promise(resolve => setTimeout(resolve, flushed.delay));
        await datasync.call(file);
        flushed.texts.push(text);
      };
      return file;
    },
  };
});

const TRIALS = 40;

it.each([0, 2])('reports no trial before its record is flushed, with %i workers', async workers => {
  flushed.texts = [];
  flushed.delay = 20;
  let finished = 0;
  await using run = await runExperiment(tiny(TRIALS / 2), {
    data: binaryFolder(),
    out: join(emptyFolder(), 'run'),
    workers,
    onEvent(event) {
      if (event.kind !== 'finished') return;
      finished++;
      expect(flushed.texts.at(-1)).toContain(event.record.id);
    },
  });
  expect(run.complete).toBe(true);
  expect(finished).toBe(TRIALS);
  if (workers > 0) expect(flushed.texts.length).toBeLessThan(TRIALS);
});
