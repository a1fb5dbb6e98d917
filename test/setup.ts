/** All that the tests write is in one temporary folder, which is removed when they end. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'cifar-norm-tests-'));

export function setup(): void {
  // Some tests run the program as another user.
  chmodSync(folder, 0o755);
  process.env.TMPDIR = folder;
  // No test uses the user's own cache.
  process.env.XDG_CACHE_HOME = join(folder, 'cache');
  mkdirSync(process.env.XDG_CACHE_HOME);
}

export const teardown = (): void => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
