/** The layout of docs/architecture.md as a test: who may import whom, and no cycles anywhere. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const src = fileURLToPath(new URL('../src', import.meta.url));

/** From the ground up: a room imports only from those before it. arguments.ts, errors.ts and version.ts are open to all. */
const rooms = [
  ...['kernels', 'random', 'records', 'files', 'config', 'data', 'nn', 'plan', 'checks', 'analysis'],
  ...['store', 'report', 'run', 'library', 'cli'],
];

/** What every room may import. */
const open: readonly string[] = ['arguments.ts', 'errors.ts', 'version.ts'];

/** Packages that belong to one room. */
const owners: Readonly<Record<string, string>> = {
  '@commander-js/extra-typings': 'cli',
  ora: 'cli',
  asciichart: 'report',
  'd3-scale': 'report',
  'd3-shape': 'report',
  'cli-table3': 'report',
  bullmq: 'run',
  ioredis: 'run',
  undici: 'data',
  yaml: 'config',
};

const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter(file => file.endsWith('.ts') && !file.endsWith('.d.ts'))
  .filter(file => !file.startsWith(join('kernels', 'assembly')));
const text = new Map(files.map(file => [file, readFileSync(join(src, file), 'utf8')]));
const roomOf = (file: string) => file.split(sep)[0]!;

/** Every import of a file, type imports and lazy ones too. */
const importsOf = (file: string) =>
  [...text.get(file)!.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, name]) => name!);
const filesImportedBy = (file: string) =>
  importsOf(file)
    .filter(name => name.startsWith('.'))
    .map(name => normalize(join(dirname(file), name)));

it('every file is in a room', () => {
  const top = files.filter(file => roomOf(file).endsWith('.ts'));
  expect(top.sort()).toEqual(['arguments.ts', 'errors.ts', 'index.ts', 'version.ts']);
  expect(rooms).toEqual(
    expect.arrayContaining([...new Set(files.map(roomOf))].filter(room => !top.includes(room))),
  );
});

it.each(files.filter(file => file !== 'index.ts'))('%s imports only what its room may', file => {
  const room = roomOf(file);
  for (const name of importsOf(file)) if (owners[name]) expect(owners[name], `${file}: ${name}`).toBe(room);
  for (const target of filesImportedBy(file)) {
    if (open.includes(target)) continue;
    const [from, to] = [rooms.indexOf(room), rooms.indexOf(roomOf(target))];
    expect(to, `${file} imports ${target}`).toBeLessThanOrEqual(from);
  }
});

it('no file imports itself by a detour, within its room or between rooms', () => {
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    const start = path.indexOf(file);
    expect(start < 0 ? '' : [...path.slice(start), file].join(' -> ')).toBe('');
    if (done.has(file) || !text.has(file)) return;
    for (const target of filesImportedBy(file)) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
});

describe('below the command line', () => {
  const below = files.filter(file => roomOf(file) !== 'cli' && file !== 'index.ts');

  it.each(below)('%s neither prints, exits, reads the environment, nor sets flags of the process', file => {
    expect(text.get(file)).not.toMatch(
      /console\.|process\.(exit|stdout|stderr|env|argv)\b|Math\.random|setFlagsFromString/,
    );
  });
});

it('a file can be read in a sitting', () => {
  const written = files.filter(file => !text.get(file)!.startsWith('// Generated'));
  const lengths = written.map(file => text.get(file)!.split('\n').length).sort((a, b) => a - b);
  expect(lengths.at(-1)).toBeLessThanOrEqual(310);
  expect(lengths[Math.floor(lengths.length / 2)]).toBeLessThan(90);
});
