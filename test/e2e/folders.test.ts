/** Folders as people name them: with other files in them, links, files, empty names, and places that the system refuses. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { cifarNorm, emptyFolder, entry } from './cli.ts';

const FINISHED = fileURLToPath(new URL('../fixtures/runs/0.2.0-finished', import.meta.url));

/** A folder with a finished run in results/run, and an experiment that is the run's, but for its epochs. */
function project(): string {
  const folder = join(emptyFolder(), 'project');
  cpSync(FINISHED, join(folder, 'results', 'run'), { recursive: true });
  writeFileSync(join(folder, 'results', 'run', 'run.lock'), '');
  writeFileSync(join(folder, 'tiny.yaml'), TINY);
  return folder;
}

const TINY = 'hiddenDims: [4]\ntrainImages: 20\nnumValidation: 10\nbatchSize: 5\nepochs: 1\n';
const tiny = (...words: string[]) => [
  'sweep',
  'tiny.yaml',
  '--data',
  'synthetic',
  '--workers',
  '0',
  ...words,
];
const journalOf = (folder: string) => readFileSync(join(folder, 'journal.jsonl'), 'utf8');
const RUN_FILES = readdirSync(FINISHED).sort();
const OLD = journalOf(FINISHED);

/** The new folder that the message names. */
function asideIn(stderr: string): string {
  const [, path] = /kept the old run as (.+)\n/.exec(stderr) ?? [];
  expect(path, stderr).toBeDefined();
  return path!;
}

describe('--fresh sets aside only the files of the run', () => {
  it('a folder that holds nothing else: all of it, with its report', async () => {
    const cwd = project();
    const run = join(cwd, 'results', 'run');
    writeFileSync(join(run, 'report.html'), 'a report');
    const { code, stderr } = await cifarNorm(tiny('--out', 'results/run', '--fresh', '--quiet'), { cwd });
    expect(code, stderr).toBe(0);
    const aside = asideIn(stderr);
    expect(dirname(aside)).toBe(dirname(run));
    expect(basename(aside)).toMatch(/^run\.until-/);
    expect(readdirSync(aside).sort()).toEqual([...RUN_FILES, 'report.html'].sort());
    expect(journalOf(aside)).toBe(OLD);
    expect(journalOf(run)).not.toBe(OLD);
    expect(readdirSync(run)).not.toContain('report.html');
  });

  it('the working folder, with files and folders of the user', async () => {
    const cwd = project();
    cpSync(FINISHED, cwd, { recursive: true });
    writeFileSync(join(cwd, 'thesis.tex'), '');
    writeFileSync(join(cwd, 'report.md'), 'my own');
    const { ino } = statSync(cwd);
    const { code, stderr } = await cifarNorm(tiny('--out', '.', '--fresh', '--quiet'), { cwd });
    expect(code, stderr).toBe(0);
    expect(statSync(cwd).ino).toBe(ino);
    expect(readdirSync(cwd)).toEqual(
      expect.arrayContaining(['results', 'thesis.tex', 'tiny.yaml', 'trials.csv']),
    );
    expect(readFileSync(join(cwd, 'report.md'), 'utf8')).toBe('my own');
    expect(journalOf(join(cwd, 'results', 'run'))).toBe(OLD);
    const aside = asideIn(stderr);
    expect(journalOf(aside)).toBe(OLD);
    expect(readdirSync(aside).sort()).toEqual(RUN_FILES);
  });

  it('a folder of other runs', async () => {
    const cwd = project();
    cpSync(FINISHED, join(cwd, 'results'), { recursive: true });
    const { code, stderr } = await cifarNorm(tiny('--out', 'results', '--fresh'), { cwd });
    expect(code, stderr).toBe(0);
    expect(journalOf(join(cwd, 'results', 'run'))).toBe(OLD);
    expect(journalOf(asideIn(stderr))).toBe(OLD);
  });

  it('a link: it stays, and the new run is where it leads', async () => {
    const cwd = project();
    const scratch = join(emptyFolder(), 'run');
    cpSync(FINISHED, scratch, { recursive: true });
    const link = join(cwd, 'results', 'link');
    symlinkSync(scratch, link);
    const { code, stderr } = await cifarNorm(tiny('--out', link, '--fresh'), { cwd });
    expect(code, stderr).toBe(0);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(journalOf(scratch)).not.toBe(OLD);
    const aside = asideIn(stderr);
    expect(dirname(aside)).toBe(dirname(scratch));
    expect(journalOf(aside)).toBe(OLD);
  });

  it("beside a file of the user's own with the name of one of the run's: refused, and nothing is moved", async () => {
    const cwd = project();
    const run = join(cwd, 'results', 'run');
    writeFileSync(join(run, 'losses.csv'), 'my,own\n');
    const { code, stderr } = await cifarNorm(tiny('--out', 'results/run', '--fresh'), { cwd });
    expect([code, stderr]).toEqual([2, expect.stringMatching(/losses\.csv was not written by cifar-norm/)]);
    expect(journalOf(run)).toBe(OLD);
    expect(readdirSync(join(cwd, 'results'))).toEqual(['run']);
  });
});

it.each([
  ['sweep', ''],
  ['train', 'weight-scale', '--out', ''],
  ['sweep', 'weight-scale', '--out', '  '],
  ['sweep', 'weight-scale', '--data', ''],
  ['answer', '1', '--data', ''],
  ['show', ''],
  ['compare', 'run', ''],
  ['status', ''],
  ['export', ''],
  ['verify', ''],
  ['verify', 'run', '--data', ''],
  ['report', 'run', ''],
  ['report', 'run', '--out', ''],
  ['merge', 'run', '', '--out', 'whole'],
  ['merge', 'run', '--out', ''],
  ['shards', 'weight-scale', '--slurm', '2', '--out', ''],
  ['gradcheck', ''],
  ['gradcheck', '--out', ''],
  ['worker', '--data', ''],
  ['data', 'info', '--data', ''],
  ['data', 'verify', '--data', ''],
  ['data', 'download', '--from', ''],
])('an empty path is refused: %s %s %s %s %s', async (...words) => {
  const cwd = emptyFolder();
  cpSync(FINISHED, cwd, { recursive: true });
  const { code, stdout, stderr } = await cifarNorm(words, { cwd });
  expect([code, stdout, stderr]).toEqual([2, '', expect.stringMatching(/^error: .* It is empty: .*\n$/)]);
  expect(readdirSync(cwd).sort()).toEqual(RUN_FILES);
});

describe('a link to nothing is named with its target', () => {
  const cwd = project();
  symlinkSync('/mnt/none', join(cwd, 'gone'));
  symlinkSync('none.yaml', join(cwd, 'gone.yaml'));
  symlinkSync('/mnt/none', join(cwd, 'results', 'lost'));
  const bare = emptyFolder();
  symlinkSync('/mnt/none', join(bare, 'results'));

  it.each<[string[], string]>([
    [['show', 'gone'], cwd],
    [['show', 'lost'], cwd],
    [['status', 'results/lost'], cwd],
    [['merge', 'gone', '--out', 'whole'], cwd],
    [['merge', 'results/run', '--out', 'gone'], cwd],
    [tiny('--out', 'gone'), cwd],
    [tiny('--out', 'gone/run'), cwd],
    [['sweep', 'gone.yaml'], cwd],
    [['report', 'results/run', '--out', 'gone/page.html'], cwd],
    [['runs'], bare],
    [['status'], bare],
    [['show', 'run'], bare],
    [['sweep', join(cwd, 'tiny.yaml'), '--data', 'synthetic'], bare],
  ])('%s', async (words, folder) => {
    const { code, stdout, stderr } = await cifarNorm(words, { cwd: folder });
    expect(stderr).toMatch(/is a link to (\/mnt\/none|none\.yaml), which is missing/);
    expect([code, stdout]).toEqual([2, '']);
  });

  it('runs lists the others', async () => {
    const { code, stdout, stderr } = await cifarNorm(['runs'], { cwd });
    expect([code, stdout]).toEqual([0, expect.stringContaining('results/run')]);
    expect(stderr).toMatch(/^left out: .*lost is a link to \/mnt\/none, which is missing\n$/);
  });

  it('a run named by its path is read also if ./results is such a link', async () => {
    const { code, stdout } = await cifarNorm(['show', join(cwd, 'results', 'run')], { cwd: bare });
    expect([code, stdout]).toEqual([0, expect.stringContaining('A small run of release')]);
  });
});

describe("a file where a run's folder is wanted", () => {
  it("one of the run's own stands for the run", async () => {
    const cwd = project();
    for (const file of ['journal.jsonl', 'trials.csv']) {
      const shown = await cifarNorm(['show', `results/run/${file}`, '--json'], { cwd });
      expect(JSON.parse(shown.stdout).folder).toBe(join(cwd, 'results', 'run'));
    }
    await cifarNorm(tiny('--out', 'new'), { cwd });
    const { code, stderr } = await cifarNorm(tiny('--out', 'new/journal.jsonl'), { cwd });
    expect([code, stderr]).toEqual([0, expect.stringMatching(/^1 of 1 trials are finished; 0 to run$/m)]);
    const merged = await cifarNorm(['merge', 'new/journal.jsonl', '--out', 'whole'], { cwd });
    expect(merged.code, merged.stderr).toBe(0);
  });

  it('any other is named', async () => {
    const cwd = project();
    const shown = await cifarNorm(['show', 'tiny.yaml'], { cwd });
    expect([shown.code, shown.stderr]).toEqual([
      2,
      expect.stringMatching(/tiny\.yaml holds no run: it is a file/),
    ]);
    const swept = await cifarNorm(tiny('--out', 'tiny.yaml'), { cwd });
    expect([swept.code, swept.stderr]).toEqual([
      2,
      expect.stringMatching(/tiny\.yaml: a file is in its place/),
    ]);
    expect(readFileSync(join(cwd, 'tiny.yaml'), 'utf8')).toBe(TINY);
  });
});

const NOBODY = 65534;
const STUDENTS_ID = 54321;
const STUDENTS = ['--groups', String(STUDENTS_ID)];

/** The command as another user, with a working folder that all may enter. */
function asUser(
  uid: number,
  groups: readonly string[],
  words: readonly string[],
  cwd: string,
  umask = '022',
) {
  const user = ['--reuid', String(uid), '--regid', String(NOBODY), ...groups];
  const command = ['setpriv', ...user, process.execPath, entry, ...words];
  const { PATH } = process.env;
  return spawnSync('sh', ['-c', `umask ${umask}; exec "$@"`, 'sh', ...command], {
    ...{ cwd, encoding: 'utf8', env: { PATH, XDG_CACHE_HOME: '' } },
  });
}
const mayBeOther =
  process.getuid?.() === 0 && asUser(NOBODY, STUDENTS, ['--version'], emptyFolder()).status === 0;
if (!mayBeOther) console.log('skipped: runs of another user (the program cannot be run as one here)');

describe.skipIf(!mayBeOther)('another user', () => {
  it('of the same group resumes a run: its files follow the umask', () => {
    const cwd = project();
    const shared = join(cwd, 'shared');
    mkdirSync(shared);
    chownSync(shared, NOBODY, STUDENTS_ID);
    chmodSync(shared, 0o2775);
    chmodSync(dirname(cwd), 0o755);
    const one = asUser(NOBODY, STUDENTS, tiny('--out', 'shared/run'), cwd, '0002');
    expect(one.status, one.stderr).toBe(0);
    for (const name of readdirSync(join(shared, 'run')))
      expect([name, (statSync(join(shared, 'run', name)).mode & 0o777).toString(8)]).toEqual([name, '664']);
    const other = asUser(NOBODY - 1, STUDENTS, tiny('--out', 'shared/run', '--replicates', '2'), cwd, '0002');
    expect(other.status, other.stderr).toBe(0);
    expect(other.stderr).toMatch(/^1 of 2 trials are finished; 1 to run$/m);
  });

  it('is told which folder may not be entered', () => {
    const cwd = project();
    chmodSync(dirname(cwd), 0o755);
    const locked = join(cwd, 'results');
    chmodSync(locked, 0o700);
    chmodSync(join(cwd, 'tiny.yaml'), 0o600);
    const run = (...words: string[]) => asUser(NOBODY, ['--clear-groups'], words, cwd);
    for (const words of [
      ['show', 'results/run'],
      ['show', 'run'],
      ['runs'],
      ['status'],
      ['export', 'results/run'],
    ]) {
      const { status, stdout, stderr } = run(...words);
      expect(stderr).toContain('permission denied (EACCES)');
      expect(stderr).toContain(`ls -ld ${locked}\n`);
      expect([status, stdout]).toEqual([2, '']);
    }
    const swept = run('sweep', 'weight-scale', '--data', 'synthetic', '--out', 'results/new');
    expect([swept.status, swept.stderr]).toEqual([
      2,
      expect.stringContaining(`${locked} may not be entered`),
    ]);
    const config = run('sweep', 'tiny.yaml');
    expect([config.status, config.stderr]).toEqual([
      2,
      expect.stringMatching(/tiny\.yaml: permission denied/),
    ]);
  });

  it('sets a run aside inside its folder where the folder above may not be written', () => {
    const cwd = project();
    chmodSync(dirname(cwd), 0o755);
    const run = join(cwd, 'results', 'run');
    for (const path of [run, ...readdirSync(run).map(name => join(run, name))])
      chownSync(path, NOBODY, NOBODY);
    const { status, stderr } = asUser(
      NOBODY,
      ['--clear-groups'],
      tiny('--out', 'results/run', '--fresh'),
      cwd,
    );
    expect(status, stderr).toBe(0);
    const aside = asideIn(stderr);
    expect(dirname(aside)).toBe(run);
    expect(journalOf(aside)).toBe(OLD);
  });
});

it.skipIf(process.platform !== 'linux').each(['/proc/run', '/proc/a/run', '/dev/null/run'])(
  'a run in %s is refused at once',
  async out => {
    const words = ['sweep', 'weight-scale', '--data', 'synthetic', '--out', out];
    const { code, stderr } = await cifarNorm(words, { env: { XDG_CACHE_HOME: '/proc/cache' } });
    expect(stderr).toMatch(/^reading .*\nerror: cannot write results to .*\n {2}hint: .*--out DIR\n$/);
    expect(code).toBe(2);
  },
);
