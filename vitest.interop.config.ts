import { defineConfig } from 'vitest/config';

/** End-to-end tests against servers, clients and linters that nobody here wrote. They need Python. */
export default defineConfig({
  test: {
    include: ['test/interop/**/*.test.ts'],
    globalSetup: ['test/build-once.ts', 'test/interop/install.ts'],
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 600_000,
  },
});
