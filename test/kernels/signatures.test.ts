import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

it('signatures.ts matches the exports of the AssemblyScript source', async () => {
  const generator = new URL('../../src/kernels/assembly/signatures.js', import.meta.url);
  const { signatures } = (await import(generator.href)) as { signatures(): Promise<string> };
  const file = readFileSync(new URL('../../src/kernels/signatures.ts', import.meta.url), 'utf8');
  expect(file).toBe(await signatures());
});
