import { configDefaults, defineConfig } from 'vitest/config';
import { LongestFirst } from './test/longest-first.js';

const common = {
  setupFiles: ['test/property-seed.ts'],
  // Against what hangs. A busy machine may take its time.
  testTimeout: 120_000,
  hookTimeout: 120_000,
};

/**
 * Loading the house anew for each of these files takes longer than most of them: one process loads it once. They share no
 * state; what changes its process (environment, threads, time zone) stands elsewhere.
 */
const rooms = [
  'aws',
  'contain',
  'detect',
  'model',
  'outcome',
  'plays',
  'range',
  'rehearsal',
  'report',
  'survey',
  'webhook',
];
const together = rooms.map((room) => `test/${room}/**/*.test.ts`);

/** Unit tests and end-to-end tests against the range: offline, Node only. */
export default defineConfig({
  test: {
    globalSetup: ['test/build-once.ts'],
    sequence: { sequencer: LongestFirst },
    // The end-to-end tests mostly wait: for CloudTrail's pace, and for confirm.
    maxWorkers: 3,
    projects: [
      { test: { ...common, name: 'rooms', include: together, isolate: false } },
      {
        test: {
          ...common,
          name: 'processes',
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, 'test/interop/**', ...together],
        },
      },
    ],
  },
});
