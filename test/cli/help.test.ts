import { describe, expect, it } from 'vitest';
import { helpItem, wrapLines } from '../../src/cli/help.ts';
import { keyTable } from '../../src/cli/keys.ts';

describe('help', () => {
  it('puts a description beside its term, or below it where there is no room', () => {
    const description = 'the axis whose values are compared with each other';
    expect(helpItem('--by <key>', 20, description, 80)).toBe(`  --by <key>            ${description}`);
    expect(helpItem('--by <key>', 20, description, 40).split('\n')).toEqual([
      '  --by <key>',
      '      the axis whose values are compared',
      '      with each other',
    ]);
  });

  it.each([40, 60, 80, 100])('fits the keys of an experiment into %d columns', width => {
    for (const line of keyTable(width).split('\n')) expect(line.length).toBeLessThanOrEqual(width);
  });
});

describe('wrapped text', () => {
  it('continues a line under its indent', () => {
    expect(wrapLines('error: one two three\n  hint: four five six', 14).split('\n')).toEqual([
      'error: one',
      '  two three',
      '  hint: four',
      '    five six',
    ]);
  });

  it('leaves alone what fits, and excerpts whose columns point at a place', () => {
    const excerpt = '  1 | a long line of a file\n    |        ^ here it is';
    expect(wrapLines(excerpt, 12)).toBe(excerpt);
    expect(wrapLines('  short   text', 20)).toBe('  short   text');
  });
});
