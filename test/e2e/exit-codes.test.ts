/** docs/exit-codes.md, command by command. */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { binaryFolder } from '../data/fixtures.ts';
import { cifarNorm, emptyFolder } from './cli.ts';

const cwd = emptyFolder();
const data = binaryFolder();
const at = (name: string) => join(cwd, name);

/** Preloaded: makes every trial fail, because workers read the clock before they train. */
const failing = {
  NODE_OPTIONS: `--import=${pathToFileURL(at('no-clock.mjs')).href}`,
};
/** Preloaded: makes every relative error of a gradient huge. */
const wrong = { NODE_OPTIONS: `--import=${pathToFileURL(at('no-max.mjs')).href}` };

const experiment = (expect: readonly object[] = []) => ({
  ...{ numTraining: 10, numValidation: 5, trainImages: 10, batchSize: 5, hiddenDims: [4], epochs: 1 },
  sweep: { normalization: ['batchnorm', 'layernorm', 'none'] },
  expect,
});
const measure = 'initialLoss';
const write = (name: string, value: object) => writeFileSync(at(name), JSON.stringify(value));

/** Codes of commands that were run to prepare the folder. */
const prepared = new Map<string, number | null>();

async function run(words: string, env: NodeJS.ProcessEnv = {}): Promise<number | null> {
  const { code } = await cifarNorm(words.split(' '), { cwd, env });
  return code;
}

async function sweep(name: string, words: string, env: NodeJS.ProcessEnv = {}): Promise<void> {
  prepared.set(name, await run(`sweep ${words} --data ${data} --out ${name} --quiet --workers 1`, env));
}

beforeAll(async () => {
  writeFileSync(
    at('no-clock.mjs'),
    `import { isMainThread } from 'node:worker_threads';
if (!isMainThread) performance.now = () => { throw new Error('no clock'); };`,
  );
  writeFileSync(
    at('no-max.mjs'),
    'const { max } = Math; Math.max = (...values) => values[0] === 1e-8 ? 1e-30 : max(...values);',
  );
  write('met.json', experiment([{ measure, atLeast: 0 }]));
  write(
    'unmet.json',
    experiment([
      { measure, atLeast: 0 },
      { measure, atMost: 0 },
    ]),
  );
  write('seeds.json', { ...experiment([{ measure, above: 2.3 }]), replicates: 2 });
  await sweep('met', './met.json');
  await sweep('unmet', './unmet.json');
  await sweep('undecided', './seeds.json');
  await sweep('failed', './met.json', failing);
  for (const shard of [1, 2]) await sweep(`part-${shard}`, `./unmet.json --shard ${shard}/2`);
  await sweep('altered', './met.json');
  appendFileSync(at('altered/trials.csv'), '7,none,231,completed\n');
  await sweep('unfinished', './met.json');
  const lines = readFileSync(at('unfinished/journal.jsonl'), 'utf8').trimEnd().split('\n');
  writeFileSync(at('unfinished/journal.jsonl'), `${lines.slice(0, -1).join('\n')}\n`);
});

/** Whether a command's code depends on the results: words of the command, code. */
const JUDGES: [words: string, code: number, env?: NodeJS.ProcessEnv][] = [
  [`train ./met.json --data ${data} --out train-met`, 0],
  [`train ./unmet.json --data ${data} --out train-unmet`, 1],
  [`train ./met.json --data ${data} --out train-failed`, 1, failing],
  [`sweep ./unmet.json --data ${data} --out json-unmet --json`, 1],
  ['answer 4 --data synthetic', 1, failing],
  ['answer 3 --data synthetic', 0],
  ['gradcheck', 0],
  ['gradcheck', 1, wrong],
  [`verify unmet --data ${data}`, 0],
  [`verify altered --data ${data}`, 1],
  [`verify unfinished --data ${data}`, 0],
  [`verify unfinished --data ${data} --complete`, 1],
  ['show met --format junit', 0],
  ['show undecided --format junit', 0],
  ['show unmet --format junit', 1],
  ['show failed --format junit', 1],
  ['show unfinished --format junit', 1],
];

const RUNS = ['unmet', 'failed', 'unfinished'];
const DISPLAYS: readonly string[] = [
  ...RUNS.flatMap(name => [
    ...[`show ${name}`, `show ${name} --json`, `compare ${name}`, `compare ${name} met`, `report ${name}`],
    ...[`report ${name} --format md`, `report ${name} --format svg`, `export ${name} --force`],
    `status ${name}`,
  ]),
  'runs',
  'merge part-1 part-2 --out whole',
  'shards ./unmet.json --slurm 2',
  `data info --data ${data}`,
  `data verify --data ${data}`,
];

describe('commands that judge', () => {
  it('sweep: 1 if a trial or an expectation failed, also of another format', () => {
    expect(Object.fromEntries(prepared)).toEqual({
      ...{ met: 0, unmet: 1, undecided: 0, failed: 1, altered: 0, unfinished: 0 },
      ...{ 'part-1': 0, 'part-2': 0 },
    });
  });

  it.each(JUDGES)('%s: %i', async (words, code, env = {}) => {
    expect(await run(words, env)).toBe(code);
  });
});

describe('commands that display', () => {
  it.each(DISPLAYS)('%s: 0', async words => {
    expect(await run(words)).toBe(0);
  });
});

/** What cannot be done, and what could not go on. */
const REFUSED: readonly (readonly [words: string, code: number])[] = [
  ...[
    ...['sweep ./nothing.json', 'train ./met.json --set epochs=many', 'answer 5', 'gradcheck nothing'],
    ...['verify nothing', 'show nothing', 'compare nothing', 'report nothing', 'export nothing'],
    ...['status nothing', 'merge nothing --out merged', 'shards nothing --slurm 2', 'runs --no-such-option'],
    ...['worker', 'queue status', 'queue clean', 'data info --data nothing', 'data verify --data nothing'],
    ...['data download --from ./met.json', 'data verify --data ./met.json', 'no-such-command', 'queue'],
  ].map(words => [words, 2] as const),
  ...['worker', 'queue status', 'queue clean', `sweep ./met.json --out q --data ${data}`].map(
    words => [`${words} --queue redis://127.0.0.1:1`, 1] as const,
  ),
  ['data download --url http://127.0.0.1:1/cifar-10-binary.tar.gz', 1],
];

it.each(REFUSED)('%s: %i', async (words, code) => {
  expect(await run(words, { XDG_CACHE_HOME: emptyFolder() })).toBe(code);
});

it('the table has every command, and each is tested', async () => {
  const table = readFileSync(fileURLToPath(new URL('../../docs/exit-codes.md', import.meta.url)), 'utf8');
  const inTable = [...table.matchAll(/^\| (`.*) \|.*\|$/gm)].flatMap(
    ([, names]) => names!.match(/(?<=`)[^`,]+(?=`)/g)!,
  );
  const help = async (...words: string[]) =>
    [...(await cifarNorm([...words, '--help'])).stdout.matchAll(/^ {2}([a-z]+) .*/gm)]
      .map(([, name]) => name!)
      .filter(name => !['help', 'cifar'].includes(name));
  const groups = ['queue', 'data'];
  const commands = [
    ...(await help()).filter(name => !groups.includes(name)),
    ...(
      await Promise.all(groups.map(async group => (await help(group)).map(name => `${group} ${name}`)))
    ).flat(),
  ];
  expect(commands).toContain('queue clean');
  expect([...new Set(inTable.map(name => name.replace(/ --.*/, '')))].sort()).toEqual(commands.sort());
  const tested = [
    ...JUDGES.map(([words]) => words),
    ...DISPLAYS,
    ...REFUSED.map(([words]) => words),
    'sweep',
  ];
  for (const name of inTable) {
    const [command, ...options] = name.split(' --');
    expect(
      tested.some(
        words => words.startsWith(command!) && options.every(option => words.includes(`--${option}`)),
      ),
      name,
    ).toBe(true);
  }
});
