import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'test/fuzz/*.fuzz.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // No test uses the user's own cache.
    env: { XDG_CACHE_HOME: join(tmpdir(), 'cifar-norm-test-cache') },
  },
});
