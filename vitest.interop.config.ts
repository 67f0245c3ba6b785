import { defineConfig } from 'vitest/config';

/** End-to-end tests against servers, clients and linters that nobody here wrote. They need Python. */
export default defineConfig({
  test: {
    include: ['test/interop/**/*.test.ts'],
    globalSetup: ['test/build-once.ts', 'test/interop/install.ts'],
    // Each file has a server of its own, and much of the time is spent waiting for the next sweep.
    maxWorkers: 3,
    testTimeout: 480_000,
    hookTimeout: 600_000,
  },
});
