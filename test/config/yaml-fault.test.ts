import { describe, expect, it } from 'vitest';
import { errorOf, loadText, scratchFolder } from './loading.ts';

const scratch = scratchFolder();
const messageOf = async (text: string) => (await errorOf(loadText(scratch.path, text))).message;

describe('text that is not YAML, or not as an experiment needs it', () => {
  // Each: the text, and the lines of the message after the name of the file.
  const cases: [string, string, string[]][] = [
    [
      'a duplicate key',
      'epochs: 1\n"epochs": 2',
      ['2:1: duplicate key "epochs"', '  2 | "epochs": 2', '    | ^'],
    ],
    [
      'a key without a space',
      'epochs:3\nseed: 1',
      ['1:1: expected key: value, with a space after the colon', '  1 | epochs:3', '    | ^'],
    ],
    [
      'a key without a value',
      'seed: 1\nepochs\n',
      ['2:1: expected key: value, with a space after the colon', '  2 | epochs', '    | ^'],
    ],
    [
      'a key in a value',
      'title: Nets: deep',
      [
        '1:8: a key cannot follow a value in its line or indented below it; quote text that contains ": "',
        '  1 | title: Nets: deep',
        '    |        ^',
      ],
    ],
    [
      'two documents',
      'epochs: 1\n---\nepochs: 2',
      ['2:1: a second document starts here; a file holds one', '  2 | ---', '    | ^'],
    ],
    [
      'a tag',
      'epochs: !!binary aGk=',
      ['1:9: Unresolved tag: tag:yaml.org,2002:binary', '  1 | epochs: !!binary aGk=', '    |         ^'],
    ],
    ['a list for a key', '? [a]\n: 1', ['1:3: a key must be a word', '  1 | ? [a]', '    |   ^']],
    ['a number for a key', '1: 1', ['1:1: a key must be a word', '  1 | 1: 1', '    | ^']],
    [
      'an alias of nothing',
      'epochs: *e',
      ['1:9: *e refers to no anchor above it', '  1 | epochs: *e', '    |         ^'],
    ],
    [
      'a way to the prototype',
      '{"__proto__": {"epochs": 3}}',
      ['1:2: unknown key __proto__', '  1 | {"__proto__": {"epochs": 3}}', '    |  ^'],
    ],
    [
      'a way to the constructor',
      'sweep: {constructor: 5}',
      ['1:9: unknown key constructor', '  1 | sweep: {constructor: 5}', '    |         ^'],
    ],
    [
      'an open bracket inside another one',
      'epochs: 1\ncharts: [{y: loss]\nseed: 1',
      [
        '2:18: the { is not closed',
        '  2 | charts: [{y: loss]',
        '    |          ^ opened here',
        '    |                  ^ expected }',
      ],
    ],
    [
      'an open bracket around a closed one, at the end of the text',
      '[1, [2]\n\n',
      ['1:8: the [ is not closed', '  1 | [1, [2]', '    | ^ opened here', '    |        ^ expected ]'],
    ],
    [
      'an open bracket of an earlier line',
      `${'\n'.repeat(8)}sweep: {\n  reg: [0, 1\n}\n`,
      [
        '11:1: the [ is not closed',
        '  10 |   reg: [0, 1',
        '     |        ^ opened here',
        '  11 | }',
        '     | ^ expected ]',
      ],
    ],
    [
      'an open quote',
      'epochs: 1\ntitle: "abc\nseed: 1\n',
      ['2:8: this " is never closed', '  2 | title: "abc', '    |        ^'],
    ],
    [
      'a place in a long line',
      `seed: ${' '.repeat(100)}@x${' '.repeat(100)}`,
      [
        '1:107: text cannot begin with @; put it in quotes',
        `  1 | …${' '.repeat(36)}@x${' '.repeat(34)}…`,
        `    | ${' '.repeat(37)}^`,
      ],
    ],
    [
      'an escape sequence of the terminal',
      'a: \u009b2J@\nb: @',
      ['2:4: text cannot begin with @; put it in quotes', '  2 | b: @', '    |    ^'],
    ],
  ];
  it.each(cases)('%s', async (_, text, lines) => {
    expect((await messageOf(text)).split('\n')).toEqual(lines.with(0, `x.yaml:${lines[0]}`));
  });

  it('a closing bracket in the first column is not an error', async () => {
    expect((await loadText(scratch.path, 'sweep: {\n  reg: [0, 1]\n}\n')).sweep).toEqual([{ reg: [0, 1] }]);
  });
});

describe('text made to hang or break the reader', () => {
  const most = 128_000;
  const fill = (part: string) => part.repeat(Math.floor(most / part.length));
  const letters = 'abcdefghijklmnop'.split('');
  const bomb = letters
    .map((letter, i) => `${letter}: &${letter} [${Array(9).fill(i === 0 ? 1 : `*${letters[i - 1]}`)}]\n`)
    .join('');

  it.each([
    ['nested lists', fill('['), /nested deeper than 20/],
    ['nested maps', fill('{a: '), /nested deeper than 20/],
    ['nested items', fill('- '), /nested deeper than 20/],
    ['nested keys', fill('? '), /nested deeper than 20/],
    ['21 levels', `a: ${'['.repeat(21)}${']'.repeat(21)}`, /nested deeper than 20/],
    ['a list that holds itself', 'a: &a [*a]', /nested deeper than 20/],
    ['aliases of aliases', bomb, /more than 100000 values/],
    ['many aliases', `a: &a 1\nb: [${fill('*a,')}]`, /unknown key/],
    ['many documents', fill('---\n'), /second document/],
    ['many errors', fill(']'), /^x\.yaml:1:1: /],
    [
      'many keys',
      letters.map(a => letters.map(b => letters.map(c => `${a}${b}${c}: 1\n`).join('')).join('')).join(''),
      /4096 problems/,
    ],
    ['many wrong values', `sweep: {reg: [${fill('x,')}]}`, /expected at most 10000 values/],
    ['a long word', `normalization: ${fill('x')}`, /^x\.yaml:1:16 normalization: .{100,200}$/],
    ['a long key', `? ${fill('x')}\n: 1`, /unknown key/],
  ])('%s', async (_, text, message) => {
    expect(await messageOf(text)).toMatch(message);
  });

  it('reads 20 levels', async () => {
    expect(await messageOf(`title: ${'['.repeat(20)}${']'.repeat(20)}`)).toMatch(/title: expected text/);
  });
});
