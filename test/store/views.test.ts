/** Files that a run writes beside its journal replace nothing that is not its own. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { exportRun } from '../../src/run/export.ts';
import { emptyFolder } from '../e2e/cli.ts';
import { hooks } from './recorder.ts';
import { csvsOf, finishedIn, journalOf, quietRun, runTiny, tiny } from './tiny.ts';

vi.mock('node:fs/promises', async original => {
  const { recording } = await import('./recorder.ts');
  return recording(await original<typeof import('node:fs/promises')>());
});

const experiment = tiny(2);
afterEach(() => {
  hooks.before = () => {};
});

describe("a user's own file under the name of a view", () => {
  it.each(['trials.csv', 'losses.csv', 'accuracies.csv', 'manifest.json'])(
    '%s is refused before anything is written',
    async name => {
      const out = emptyFolder();
      fs.writeFileSync(join(out, name), 'my,own,table\n');
      await expect(runTiny(experiment, out)).rejects.toThrow(`${name} was not written by cifar-norm`);
      expect(fs.readdirSync(out)).toEqual([name]);
      expect(fs.readFileSync(join(out, name), 'utf8')).toBe('my,own,table\n');
    },
  );

  it('that appears while the run goes on is kept, and so are all trials', async () => {
    const out = join(emptyFolder(), 'run');
    const onEvent = ({ kind }: { kind: string }) => {
      if (kind === 'finished') fs.writeFileSync(join(out, 'losses.csv'), 'mine');
    };
    await expect(runTiny(experiment, out, { onEvent })).rejects.toThrow(
      'losses.csv was not written by cifar-norm',
    );
    expect(fs.readFileSync(join(out, 'losses.csv'), 'utf8')).toBe('mine');
    expect((await finishedIn(out)).size).toBe(4);
    await expect(exportRun({ folder: out }, { force: true })).rejects.toThrow('not written by cifar-norm');
  });
});

describe('the files of a run whose journal is lost', () => {
  it.each([
    ['all of them', ['manifest.json']],
    ['finding.json alone', ['finding.json']],
    ['a CSV file alone', ['losses.csv']],
  ])('%s: a new run does not replace them, and names them', async (_, left) => {
    const out = await quietRun(experiment);
    fs.rmSync(journalOf(out));
    if (left[0] !== 'manifest.json')
      for (const name of fs.readdirSync(out)) if (!left.includes(name)) fs.rmSync(join(out, name));
    const contents = () => fs.readdirSync(out).map(name => fs.readFileSync(join(out, name), 'utf8'));
    const before = contents();
    await expect(runTiny(tiny(3), out)).rejects.toThrow(
      new RegExp(`${left[0]} looks like a file of a run, but its journal.jsonl is missing`),
    );
    expect(contents()).toEqual(before);
  });
});

it("a user's own run.lock is refused, and kept", async () => {
  const out = emptyFolder();
  for (const text of ['my notes\n', '{"pid":42}\n', '[]']) {
    fs.writeFileSync(join(out, 'run.lock'), text);
    await expect(runTiny(experiment, out)).rejects.toThrow('run.lock is not a lock file of cifar-norm');
    expect(fs.readFileSync(join(out, 'run.lock'), 'utf8')).toBe(text);
    expect(fs.readdirSync(out)).toEqual(['run.lock']);
  }
});

describe('a folder that is renamed', () => {
  /** Moves the folder away and puts another run in its place, just before a change to a file of that name. */
  function replaceBefore(kind: string, name: string, out: string, other: string): void {
    hooks.before = change => {
      if (change.kind !== kind || !change.path.startsWith(join(out, name))) return;
      hooks.before = () => {};
      fs.renameSync(out, `${out}.moved`);
      fs.cpSync(other, out, { recursive: true });
    };
  }

  it.each([
    ['create', 'trials.csv'],
    ['append', 'trials.csv'],
    ['rename', 'trials.csv'],
    ['rename', 'accuracies.csv'],
    ['append', 'manifest.json'],
  ])('before the %s of %s: the run in its place keeps its files', async (kind, name) => {
    const other = await quietRun(tiny(3));
    const out = join(emptyFolder(), 'run');
    const onEvent = (event: { kind: string }) => {
      if (event.kind === 'finished') replaceBefore(kind, name, out, other);
    };
    await expect(runTiny(experiment, out, { onEvent })).rejects.toThrow();
    expect(csvsOf(out)).toEqual(csvsOf(other));
    expect(fs.readFileSync(journalOf(out))).toEqual(fs.readFileSync(journalOf(other)));
    expect((await finishedIn(`${out}.moved`)).size).toBe(4);
  });

  it('a journal whose name is taken by another file is written again, beside it', async () => {
    const out = join(emptyFolder(), 'run');
    const onEvent = ({ kind }: { kind: string }) => {
      if (kind !== 'finished' || fs.existsSync(`${out}.link`)) return;
      // A second link keeps the file alive, as a backup with hard links does.
      fs.linkSync(journalOf(out), `${out}.link`);
      fs.rmSync(journalOf(out));
    };
    const restored = await runTiny(experiment, out, { onEvent }).catch((error: Error) => error.message);
    expect(restored).toMatch(/was removed while the run was going on/);
    expect((await finishedIn(out)).size).toBe(4);
  });
});

describe('export', () => {
  it('beside a run that is going on is refused', async () => {
    const out = join(emptyFolder(), 'run');
    const refusals: string[] = [];
    const onEvent = async ({ kind }: { kind: string }) => {
      if (kind === 'finished')
        await exportRun({ folder: out }, { force: true }).catch(error => refusals.push(error.message));
    };
    await runTiny(experiment, out, { onEvent });
    expect(refusals).toHaveLength(4);
    for (const message of refusals) expect(message).toMatch(/is in use by process/);
  });

  it('of a damaged journal leaves a longer file as it is, unless forced', async () => {
    const out = await quietRun(experiment);
    const before = csvsOf(out);
    const lines = fs.readFileSync(journalOf(out), 'utf8').split('\n');
    lines[4] = lines[4]!.replace('"losses":[', '"losses":[1');
    fs.writeFileSync(journalOf(out), lines.join('\n'));
    await expect(exportRun({ folder: out }, { force: false })).rejects.toThrow(
      /has 4 rows, and the journal gives only 3/,
    );
    expect(csvsOf(out)).toEqual(before);
    await exportRun({ folder: out }, { force: true });
    expect(csvsOf(out)[0]!.trimEnd().split('\n')).toHaveLength(1 + 3);
  });

  it('replaces no file if one of them would lose rows', async () => {
    const out = await quietRun(experiment);
    fs.appendFileSync(join(out, 'losses.csv'), 'a row that the journal does not have\n');
    fs.writeFileSync(join(out, 'trials.csv'), 'trial,of,an,older,version\n');
    const before = [...csvsOf(out), fs.readFileSync(join(out, 'manifest.json'), 'utf8')];
    await expect(exportRun({ folder: out }, { force: false })).rejects.toThrow(/losses\.csv has/);
    expect([...csvsOf(out), fs.readFileSync(join(out, 'manifest.json'), 'utf8')]).toEqual(before);
    expect(fs.readdirSync(out).filter(name => name.includes('.tmp-'))).toEqual([]);
  });

  it('removes what killed processes left', async () => {
    const out = await quietRun(experiment);
    const litter = ['trials.csv.tmp-0123456789ab', 'manifest.json.tmp-4242', 'journal.jsonl.tmp-77'];
    for (const name of [...litter, 'mine.tmp-77']) fs.writeFileSync(join(out, name), '');
    await exportRun({ folder: out }, { force: false });
    for (const name of litter) expect(fs.existsSync(join(out, name))).toBe(false);
    expect(fs.existsSync(join(out, 'mine.tmp-77'))).toBe(true);
  });
});
