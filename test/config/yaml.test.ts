import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Path, readYaml } from '../../src/config/yaml.ts';

const read = (text: string) => readYaml(text, ({ line, column }) => `${line}:${column}`);

// YAML 1.2 includes JSON, so JSON.parse and JSON.stringify give a second opinion.
const unsafe = ['__proto__', 'constructor', 'prototype'];
const json = fc
  .jsonValue({ maxDepth: 6 })
  .map(value => JSON.stringify(value, null, 2))
  .filter(text => !unsafe.some(key => text.includes(`"${key}"`)));

function* scalars(value: unknown, path: Path = []): Generator<[Path, unknown]> {
  if (typeof value !== 'object' || value === null) return yield [path, value];
  for (const [key, below] of Object.entries(value)) {
    yield* scalars(below, [...path, Array.isArray(value) ? Number(key) : key]);
  }
}

describe('readYaml', () => {
  it('reads JSON as JSON.parse does', () => {
    fc.assert(fc.property(json, text => void expect(read(text).value).toEqual(JSON.parse(text))));
  });

  it('knows the position of every value, with either line ending', () => {
    fc.assert(
      fc.property(json, fc.constantFrom('\n', '\r\n'), (text, newline) => {
        const lines = text.split('\n');
        const yaml = read(lines.join(newline));
        for (const [path, value] of scalars(JSON.parse(text))) {
          if (path.length === 0) continue;
          const { line, column } = yaml.position(path, 'value')!;
          expect(lines[line - 1]!.slice(column - 1).replace(/,$/, '')).toBe(JSON.stringify(value));
          const key = yaml.position(path, 'key')!;
          const start = typeof path.at(-1) === 'string' ? `${JSON.stringify(path.at(-1))}: ` : '';
          expect(lines[key.line - 1]!.slice(key.column - 1).startsWith(start)).toBe(true);
        }
      }),
    );
  });

  it('reports the first error of a text full of them', () => {
    expect(() => read(`a: 1\n${']'.repeat(130_000)}`)).toThrow(/^2:1 Unexpected/);
  });
});
