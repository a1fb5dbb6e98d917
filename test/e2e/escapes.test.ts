/** Whatever the user, a file or a journal says, no control character reaches the terminal raw, and commands can be copied. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { cifarNorm, emptyFolder, entry } from './cli.ts';

const [ESC, BEL, CSI] = ['\u001b', '\u0007', '\u009b'];
/** Sets the window's title, clears the screen, turns the direction of text, and hides what follows. */
const HOSTILE = `a${ESC}]0;owned${BEL}b${ESC}[2J${CSI}2Jc\u202ed\u2066\re\u2028${ESC}[8mf`;
/** A newline may only stand where the program ends a line. */
const expectClean = (text: string) =>
  expect(text).not.toMatch(/[^\P{Cc}\n]|[\u200e\u200f\u2028-\u202e\u2066-\u2069]/u);

const COMMANDS = [
  ...'gradcheck train sweep answer show report compare status runs export verify worker merge shards'.split(
    ' ',
  ),
  ...['data info', 'data download', 'data verify', 'queue status', 'queue clean'],
].map(words => words.split(' '));

describe('terminal escapes on the command line', () => {
  const expectRefused = async (words: readonly string[], env: Record<string, string> = {}) => {
    const { code, stdout, stderr } = await cifarNorm(words, { env });
    expectClean(stdout);
    expectClean(stderr);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(stderr).toMatch(/^error: /m);
    expect(code).not.toBe(0);
  };

  it.each(COMMANDS.map(words => [words.join(' '), words] as const))('%s', async (_, command) => {
    await expectRefused([...command, HOSTILE, HOSTILE, HOSTILE], { CIFAR_NORM_QUEUE: 'redis://127.0.0.1:1' });
  });

  it.each<[string, string[], Record<string, string>?]>([
    ['a command', [HOSTILE]],
    ['a command of a command', ['data', HOSTILE]],
    ['an option', ['sweep', 'deep-net', `--${HOSTILE}`]],
    ['--set', ['sweep', 'deep-net', '--set', HOSTILE]],
    ['a key of --set', ['sweep', 'deep-net', '--set', `${HOSTILE}=1`]],
    ['a value of --set', ['sweep', 'deep-net', '--set', `epochs=${HOSTILE}`]],
    ['--data', ['sweep', 'deep-net', '--data', HOSTILE]],
    ['--workers', ['sweep', 'deep-net', '--workers', HOSTILE]],
    ['--queue', ['queue', 'status', '--queue', HOSTILE]],
    ['the URL of a queue', ['queue', 'status', '--queue', `redis://127.0.0.1:1/${HOSTILE}`]],
    ['the URL of a download', ['data', 'download', '--url', HOSTILE]],
    ['the place of a download', ['data', 'download', '--url', `http://127.0.0.1:1/${HOSTILE}`]],
    ['the source of a download', ['data', 'download', '--from', HOSTILE]],
    ['--out of a merge', ['merge', HOSTILE, '--out', HOSTILE]],
    ['CIFAR_NORM_DATA', ['data', 'info'], { CIFAR_NORM_DATA: HOSTILE }],
    ['CIFAR_NORM_KERNELS', ['sweep', 'deep-net'], { CIFAR_NORM_KERNELS: HOSTILE }],
    ['CIFAR_NORM_PROGRESS', ['sweep', 'deep-net'], { CIFAR_NORM_PROGRESS: HOSTILE }],
    ['CIFAR_NORM_QUEUE', ['queue', 'status'], { CIFAR_NORM_QUEUE: HOSTILE }],
  ])('%s', async (_, words, env) => expectRefused(words, env));
});

const TINY = {
  ...{ hiddenDims: [8], epochs: 1, trainImages: 50, numTraining: 100, numValidation: 100, data: 'synthetic' },
};

describe('terminal escapes in files and folders', () => {
  const cwd = emptyFolder();
  const name = HOSTILE.replace('/', '');
  writeFileSync(
    join(cwd, `${name}.yaml`),
    JSON.stringify({
      ...TINY,
      title: HOSTILE,
      description: HOSTILE,
      sweep: [
        { group: HOSTILE, normalization: ['none'] },
        { group: `${HOSTILE}2`, normalization: ['none'] },
      ],
      expect: [{ say: HOSTILE, measure: 'bestValAccuracy', atLeast: 0.99 }],
    }),
  );
  const runs = [
    ['sweep'],
    ['train', '--format', 'text'],
    ['sweep', '--json'],
    ['sweep', '--format', 'junit'],
  ];

  it('a run whose file, folder, title and groups are hostile', async () => {
    for (const [verb, ...options] of runs) {
      const { stdout, stderr } = await cifarNorm([verb!, `./${name}.yaml`, '--out', name, ...options], {
        cwd,
      });
      expectClean(stdout);
      expectClean(stderr);
      expect(stderr).not.toContain('error:');
    }
    renameSync(join(cwd, name), join(cwd, 'kept'));
    mkdirSync(join(cwd, 'results'));
    renameSync(join(cwd, 'kept'), join(cwd, 'results', name));
    const shown = [
      ...['show', 'status', 'export', 'verify', 'report'].map(command => [command, name]),
      ...['show', 'status', 'export', 'verify', 'report'].map(command => [command, name, '--json']),
      ...['text', 'md', 'json'].map(format => ['compare', name, name, '--format', format]),
      ['report', name, '--out', `${name}.html`],
      ['report', name, name, '--format', 'svg', '--out', `${name}-figures`],
      ['runs'],
      ['runs', '--json'],
      ['shards', `./${name}.yaml`, '--slurm', '2'],
      ['gradcheck', `./${name}.yaml`, '--out', name],
    ];
    for (const words of shown) {
      const { code, stdout, stderr } = await cifarNorm(words, { cwd });
      expectClean(stdout);
      expectClean(stderr);
      expect([words[0], code, stderr.includes('error:')]).toEqual([words[0], 0, false]);
    }
  });

  it('in no file that the run writes', () => {
    const folder = join(cwd, 'results', name);
    const texts = readdirSync(folder).filter(file => /\.(csv|html|md)$/.test(file));
    expect(texts.length).toBeGreaterThanOrEqual(5);
    for (const file of texts) expectClean(readFileSync(join(folder, file), 'utf8'));
  });

  const hasScript = spawnSync('script', ['--version']).status === 0;
  it.skipIf(!hasScript)('in a terminal with colors, live pictures and all', () => {
    const quoted = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`;
    for (const words of [
      ['runs'],
      ['show', name],
      ['status', name],
      ['sweep', `./${name}.yaml`, '--out', 'live'],
      [name],
    ]) {
      const { CI: _, NO_COLOR: __, ...env } = process.env;
      const command = [process.execPath, entry, ...words].map(quoted).join(' ');
      const { stdout } = spawnSync('script', ['-qec', command, '/dev/null'], {
        ...{ cwd, encoding: 'utf8', timeout: 60_000 },
        env: { ...env, TERM: 'xterm-256color', XDG_CACHE_HOME: cwd },
      });
      expect(stdout).not.toBe('');
      // What the live picture and colors are made of, and nothing else.
      const own = new RegExp(`${ESC}\\[(?:\\d{0,2}[mAGJK]|\\?(?:7|25|2026)[lh])`, 'g');
      expectClean(stdout.replace(own, '').replaceAll('\r', ''));
    }
  });
});

describe('commands to copy', () => {
  const names = [
    'it\'s $(touch owned) `touch owned` "x" ; !1 & | #',
    'two\nlines\u0007',
    '-x',
    '~',
    'a b',
    '实验一',
  ];

  /** What bash makes of a command whose program only lists its words. */
  const wordsOf = (command: string, cwd: string): string[] => {
    const { stdout, stderr } = spawnSync(
      'bash',
      ['-c', `cifar-norm() { printf '%s\\0' "$@"; }\n${command}`],
      { cwd, encoding: 'utf8' },
    );
    expect(stderr).toBe('');
    return stdout.split('\0').slice(0, -1);
  };

  // As a folder, ~ is the home folder.
  it.each(names.filter(name => name !== '~'))('of a run called %j', async name => {
    const cwd = emptyFolder();
    writeFileSync(join(cwd, `${name}.json`), JSON.stringify({ ...TINY, sweep: { normalization: ['none'] } }));
    const { code, stderr } = await cifarNorm(['sweep', `./${name}.json`, `--out=${name}`], { cwd });
    expect(code, stderr).toBe(0);
    const [, page] = /^Page: +(.*)$/m.exec(stderr)!;
    expect(wordsOf(page!, cwd)[0]).toBe('report');
    expect(join(cwd, wordsOf(page!, cwd)[1]!)).toBe(join(cwd, name));
    expect((await cifarNorm(wordsOf(page!, cwd).slice(0, 2), { cwd })).code).toBe(0);
    const html = readFileSync(join(cwd, name, 'report.html'), 'utf8');
    const shown = [...html.matchAll(/<pre tabindex="0">([^<]*)<\/pre>/g)].at(-1)![1];
    const command = shown!
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&quot;', '"')
      .replaceAll('&#39;', "'")
      .replaceAll('&amp;', '&');
    const [verb, file, ...flags] = wordsOf(command, cwd);
    expect([verb, flags]).toEqual(['sweep', ['--data', 'synthetic']]);
    expect(file).toMatch(/^\.\/[^/]*\.json$/);
    expect(existsSync(join(cwd, 'owned'))).toBe(false);
  });

  it('a job script names its file and folder as they are', async () => {
    const cwd = emptyFolder();
    const [name] = names;
    writeFileSync(join(cwd, `${name}.json`), JSON.stringify(TINY));
    const { stdout } = await cifarNorm(['shards', `./${name}.json`, '--slurm', '2', `--out=${name}`], {
      cwd,
    });
    const words = wordsOf(`SLURM_ARRAY_TASK_ID=2 CIFAR_NORM=cifar-norm\n${stdout}`, cwd);
    expect(words.slice(0, 2)).toEqual(['sweep', `./${name}.json`]);
    expect(words[words.indexOf('--out') + 1]).toBe(`${name}/2`);
  });
});

it('one place writes to the streams', () => {
  const src = fileURLToPath(new URL('../../src', import.meta.url));
  const writers = readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.ts'))
    .filter(file => /(stdout|stderr|stream)\.write\(|console\./.test(readFileSync(join(src, file), 'utf8')));
  expect(writers).toEqual([join('cli', 'terminal.ts')]);
});
