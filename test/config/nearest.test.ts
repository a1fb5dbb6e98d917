import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearest } from '../../src/config/nearest.ts';
import { settingKeys } from '../../src/config/schema.ts';

describe('nearest', () => {
  it('finds the key that was meant, or none', () => {
    const keys = [...settingKeys, 'seed', 'sweep'];
    expect(nearest('lerningRate', keys)).toBe('learningRate');
    expect(nearest('batch_size', keys)).toBe('batchSize');
    expect(nearest('HIDDEN-DIMS', keys)).toBe('hiddenDims');
    expect(nearest('epcohs', keys)).toBe('epochs');
    expect(nearest('normalisation', keys)).toBe('normalization');
    expect(nearest('sede', keys)).toBe('seed');
    for (const word of ['lr', 'banana', '', 'x', 'momentum', 'dropout', 'x'.repeat(1e6)])
      expect(nearest(word, keys)).toBeUndefined();
    expect(nearest('seed', [])).toBeUndefined();
  });

  it('finds every key despite one typing error: a letter inserted, missing, wrong, or two swapped', () => {
    const slip = fc
      .tuple(fc.constantFrom(...settingKeys), fc.nat(), fc.nat(3), fc.constantFrom(...'aeiostqxz'))
      .map(([key, place, kind, letter]) => {
        const i = place % (key.length - 1);
        const [before, at, next, after] = [key.slice(0, i), key[i]!, key[i + 1]!, key.slice(i + 2)];
        const middle = [letter + at + next, next, letter + next, next + at][kind]!;
        return { key, word: before + middle + after };
      })
      .filter(({ word }) => word.length > 2);
    fc.assert(fc.property(slip, ({ key, word }) => nearest(word, settingKeys) === key));
  });
});
