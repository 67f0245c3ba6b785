import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/longest-first.js';

/** End-to-end tests against servers, clients and linters that nobody here wrote. They need Python. */
export default defineConfig({
  test: {
    include: ['test/interop/**/*.test.ts'],
    globalSetup: ['test/build-once.ts', 'test/interop/install.ts'],
    sequence: { sequencer: LongestFirst },
    // Each file has a server of its own, and much of the time is spent waiting for the next sweep.
    maxWorkers: 3,
    testTimeout: 480_000,
    hookTimeout: 600_000,
  },
});
