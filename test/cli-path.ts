import { resolve } from 'node:path';

/** The built command line that the end-to-end tests run. */
export const cliPath = resolve(process.env['LEAKGUARD_DIST'] ?? 'dist', 'cli.js');
