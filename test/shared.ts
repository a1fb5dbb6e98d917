import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../shared', import.meta.url));

/** Golden figures and real CIFAR-10, which lie beside the project where they exist; undefined elsewhere. */
export const sharedFolder: string | undefined = existsSync(folder) ? folder : undefined;

export function sharedPath(...parts: string[]): string {
  return join(folder, ...parts);
}
