/**
 * Random histories of a run, checked against a model of which trials have finished. No finished trial is lost or runs
 * twice, and the final files equal those of an undisturbed run. `npm run test:chaos -- --runs 2000`.
 */
import * as fs from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CifarNormError } from '../../src/errors.ts';
import { exportRun } from '../../src/run/export.ts';
import { readRun } from '../../src/store/stored-run.ts';
import { emptyFolder } from '../e2e/cli.ts';
import { csvsOf, finishedIn, journalOf, quietRun, runTiny, tiny } from '../store/tiny.ts';

const RUNS = Number(process.env.CHAOS_RUNS ?? 30);
const SEED = Number(process.env.CHAOS_SEED ?? Date.now() % 2 ** 31);
const MOST_COMMANDS = 30;
const TRIALS = 6;
const experiment = tiny(TRIALS / 2);

interface Model {
  /** Ids of the trials that have finished. */
  readonly finished: Set<string>;
  /** Whether the journal has an unrepaired line. */
  damaged: boolean;
}
interface Real {
  folder: string;
}
type Command = fc.AsyncCommand<Model, Real>;

const command = (name: string, run: (model: Model, real: Real) => Promise<void>): Command => ({
  check: () => true,
  run,
  toString: () => name,
});

/** Expects that each trial ran at most once, and none that had finished before. */
function ranOnce(model: Model, ran: readonly string[]): void {
  expect(ran.filter(id => model.finished.has(id))).toEqual([]);
  expect(new Set(ran).size).toBe(ran.length);
}

const exists = (folder: string) => fs.existsSync(journalOf(folder));

/** Runs until `count` trials finish. A damaged journal must first be refused, and is then repaired. */
async function runFor(model: Model, { folder }: Real, count: number, atEnd = () => {}): Promise<void> {
  const interruption = new AbortController();
  let left = count;
  const ran: string[] = [];
  const onEvent = (event: { kind: string; trial?: { id: string } }) => {
    if (event.kind !== 'finished') return;
    ran.push(event.trial!.id);
    if (--left > 0) return;
    atEnd();
    interruption.abort();
  };
  if (model.damaged) {
    const before = fs.readFileSync(journalOf(folder));
    await expect(runTiny(experiment, folder)).rejects.toBeInstanceOf(CifarNormError);
    expect(fs.readFileSync(journalOf(folder))).toEqual(before);
  }
  // If the plan line is damaged before its copy is written, nothing of the run can be read, and nothing is lost.
  const fresh = model.damaged && model.finished.size === 0;
  await runTiny(experiment, folder, { repair: model.damaged, fresh, onEvent, signal: interruption.signal });
  model.damaged = false;
  ranOnce(model, ran);
  for (const id of ran) model.finished.add(id);
}

async function agrees(model: Model, { folder }: Real): Promise<void> {
  if (!exists(folder)) return expect(model.finished.size).toBe(0);
  // A kill during the first lines leaves a journal that cannot be read and has no results.
  const read = finishedIn(folder).catch(error => {
    expect(error).toBeInstanceOf(CifarNormError);
    return new Set();
  });
  expect(await read).toEqual(model.finished);
}

const start = fc.integer({ min: 1, max: TRIALS }).map(count =>
  command(`start(${count})`, async (model, real) => {
    await runFor(model, real, count);
    await agrees(model, real);
  }),
);

/** Simulates a kill: restores the folder as it was when a trial finished, and adds part of the next write. */
const kill = fc.tuple(fc.integer({ min: 1, max: TRIALS }), fc.nat(1000)).map(([count, bytes]) =>
  command(`kill(${count}, ${bytes})`, async (model, real) => {
    const copy = `${real.folder}.at-kill`;
    await runFor(model, real, count, () => {
      fs.cpSync(real.folder, copy, { recursive: true });
    });
    if (!fs.existsSync(copy)) return;
    fs.rmSync(real.folder, { recursive: true });
    fs.renameSync(copy, real.folder);
    const lines = fs.readFileSync(journalOf(real.folder), 'utf8').trimEnd().split('\n');
    fs.appendFileSync(journalOf(real.folder), lines.at(-1)!.slice(0, bytes));
    fs.writeFileSync(join(real.folder, `trials.csv.tmp-${bytes}`), 'trial,');
    await agrees(model, real);
  }),
);

/** Simulates a kill before any trial finishes: leaves only the first bytes of the journal. */
const killEarly = fc.nat(3000).map(bytes =>
  command(`killEarly(${bytes})`, async (model, real) => {
    if (exists(real.folder)) return;
    const other = join(emptyFolder(), 'run');
    await runTiny(experiment, other, { signal: AbortSignal.abort() });
    fs.mkdirSync(real.folder, { recursive: true });
    fs.writeFileSync(journalOf(real.folder), fs.readFileSync(journalOf(other)).subarray(0, bytes));
    expect(model.finished.size).toBe(0);
  }),
);

/** Expects that a changed byte costs at most one trial. */
async function expectOneLost(model: Model, real: Real): Promise<void> {
  const run = await readRun(real.folder).catch(() => undefined);
  // A journal that ends between its two plan lines may be unreadable after the edit.
  if (!run) {
    expect(model.finished.size).toBe(0);
    model.damaged = true;
    return;
  }
  const left = new Set(run.results.map(({ trial }) => trial.id));
  model.damaged = run.corrupt.length > 0;
  await run.close();
  const lost = [...model.finished].filter(id => !left.has(id));
  expect(lost.length).toBeLessThanOrEqual(1);
  for (const id of lost) model.finished.delete(id);
  await agrees(model, real);
}

/** Changes one byte. */
const edit = fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })).map(([place, mask]) =>
  command(`edit(${place}, ${mask})`, async (model, real) => {
    if (!exists(real.folder) || model.damaged) return;
    const bytes = fs.readFileSync(journalOf(real.folder));
    // An incomplete last line does not count yet.
    const end = bytes.lastIndexOf(10);
    if (end < 0) return;
    const at = place % end;
    bytes[at]! ^= mask;
    fs.writeFileSync(journalOf(real.folder), bytes);
    await expectOneLost(model, real);
  }),
);

/** Changes one byte while the run goes on: it ends with an error, though it finishes all other trials. */
const editMeanwhile = fc
  .tuple(fc.integer({ min: 1, max: TRIALS }), fc.nat(), fc.integer({ min: 1, max: 255 }))
  .map(([count, place, mask]) =>
    command(`editMeanwhile(${count}, ${place}, ${mask})`, async (model, real) => {
      if (model.damaged) return;
      const ran: string[] = [];
      const onEvent = (event: { kind: string; trial?: { id: string } }) => {
        if (event.kind !== 'finished') return;
        ran.push(event.trial!.id);
        if (ran.length !== count) return;
        const file = fs.openSync(journalOf(real.folder), 'r+');
        const bytes = fs.readFileSync(file);
        const at = place % bytes.lastIndexOf(10);
        fs.writeSync(file, Buffer.of(bytes[at]! ^ mask), 0, 1, at);
        fs.closeSync(file);
      };
      const outcome = await runTiny(experiment, real.folder, { onEvent }).catch((error: unknown) => error);
      if (ran.length >= count) expect(outcome).toBeInstanceOf(CifarNormError);
      ranOnce(model, ran);
      for (const id of ran) model.finished.add(id);
      expect(model.finished.size).toBe(TRIALS);
      await expectOneLost(model, real);
    }),
  );

const exported = fc.boolean().map(force =>
  command(`export(${force})`, async (model, real) => {
    if (!exists(real.folder)) return;
    try {
      await exportRun({ folder: real.folder }, { force });
      const rows = csvsOf(real.folder)[0]!.trimEnd().split('\n');
      expect(rows).toHaveLength(1 + model.finished.size);
    } catch (error) {
      expect(error).toBeInstanceOf(CifarNormError);
    }
    await agrees(model, real);
  }),
);

const resume = fc.constant(command('resume', (model, real) => runFor(model, real, TRIALS)));

/** Opens the run and interrupts it at once, as after an upgrade: no line is rewritten. */
const upgrade = fc.constant(
  command('upgrade', async (model, real) => {
    if (!exists(real.folder) || model.damaged) return;
    const text = fs.readFileSync(journalOf(real.folder), 'utf8');
    await runTiny(experiment, real.folder, { signal: AbortSignal.abort() });
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    expect(fs.readFileSync(journalOf(real.folder), 'utf8').startsWith(whole)).toBe(true);
    await agrees(model, real);
  }),
);

const move = fc.nat(9).map(number =>
  command(`move(${number})`, async (model, real) => {
    if (!fs.existsSync(real.folder)) return;
    const to = join(emptyFolder(), `run-${number}`);
    fs.renameSync(real.folder, to);
    real.folder = to;
    await agrees(model, real);
  }),
);

it(
  `${RUNS} histories of up to ${MOST_COMMANDS} events lose nothing, seed ${SEED}`,
  async () => {
    const quiet = csvsOf(await quietRun(experiment));
    const commands = [start, kill, killEarly, edit, editMeanwhile, exported, resume, upgrade, move];
    const histories = fc.commands(commands, { maxCommands: MOST_COMMANDS, size: 'max' });
    let [runs, events] = [0, 0];
    await fc.assert(
      fc.asyncProperty(histories, async commands => {
        const parent = emptyFolder();
        const real: Real = { folder: join(parent, 'run') };
        const model: Model = { finished: new Set(), damaged: false };
        await fc.asyncModelRun(() => ({ model, real }), commands);
        await runFor(model, real, TRIALS);
        await agrees(model, real);
        expect(model.finished.size).toBe(TRIALS);
        expect(csvsOf(real.folder)).toEqual(quiet);
        runs++;
        events += [...commands].length;
        fs.rmSync(parent, { recursive: true, force: true });
      }),
      { numRuns: RUNS, seed: SEED, endOnFailure: true },
    );
    console.log(`${runs} histories, ${events} events`);
  },
  60_000 + RUNS * 10_000,
);
