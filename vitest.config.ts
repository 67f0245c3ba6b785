import { defineConfig } from 'vitest/config';

/** Unit tests and end-to-end tests against the range: offline, Node only. */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/interop/**', 'node_modules/**'],
    globalSetup: ['test/build-once.ts'],
    setupFiles: ['test/property-seed.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // The end-to-end tests mostly wait: for CloudTrail's pace, and for confirm.
    maxWorkers: 3,
  },
});
