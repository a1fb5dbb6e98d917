import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../shared', import.meta.url));

/** The folder of real CIFAR-10 and the NumPy peers beside the project; undefined if it does not exist. */
export const sharedFolder: string | undefined = existsSync(folder) ? folder : undefined;

export function sharedPath(...parts: string[]): string {
  return join(folder, ...parts);
}

/** Golden figures, as text (test/truth/README.md): made by NumPy, or published with solutions of the notebook. */
export const truth = (name: 'numpy-231.json' | 'trainings-231.json' | 'published.json'): string =>
  readFileSync(new URL(`truth/${name}`, import.meta.url), 'utf8');
