/** Who may import whom: docs/architecture.md as a test. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const src = fileURLToPath(new URL('../src', import.meta.url));

/** Rooms that each room may import from; errors.ts is open to all. */
const allowed: Record<string, readonly string[]> = {
  kernels: [],
  random: ['kernels'],
  config: [],
  data: ['files'],
  files: [],
  nn: ['config', 'data', 'kernels', 'random'],
  plan: ['config', 'data', 'kernels', 'random'],
  checks: ['config', 'kernels', 'nn', 'random'],
  run: ['config', 'data', 'files', 'kernels', 'nn', 'plan', 'random'],
  report: ['config', 'plan', 'run'],
  cli: ['checks', 'config', 'data', 'kernels', 'plan', 'report', 'run'],
};

/** Packages that belong to one room. */
const owners: Record<string, string> = {
  commander: 'cli',
  ora: 'cli',
  asciichart: 'report',
  'cli-table3': 'report',
  piscina: 'run',
  tar: 'data',
  undici: 'data',
  yaml: 'config',
};

const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(
  file => file.endsWith('.ts') && !file.startsWith(join('kernels', 'assembly')),
);
const importsOf = (file: string) =>
  [...readFileSync(join(src, file), 'utf8').matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(
    ([, name]) => name!,
  );

it.each(files)('%s imports only what its room may', file => {
  const room = file.split(/[/\\]/)[0]!;
  for (const name of importsOf(file)) {
    if (owners[name]) expect(owners[name]).toBe(room);
    if (!name.startsWith('.') || room.endsWith('.ts')) continue;
    const target = relative(src, join(src, dirname(file), name)).split(/[/\\]/)[0]!;
    if (target === room || target === 'errors.ts') continue;
    expect(allowed[room], `${file} imports ${name}`).toContain(target);
  }
});

it('only the command line prints, exits or reads the environment', () => {
  const below = files.filter(file => !file.startsWith('cli'));
  for (const file of below) {
    expect(readFileSync(join(src, file), 'utf8'), file).not.toMatch(
      /console\.|process\.(exit|stdout|stderr|env|argv)|Math\.random/,
    );
  }
});
