import { execFileSync } from 'node:child_process';

/** The end-to-end tests run the bundle that a user runs, so it is built from the source at hand first. */
export default function buildOnce(): void {
  if (process.env['LEAKGUARD_SKIP_BUILD'] === '1') return;
  execFileSync(process.execPath, ['scripts/build.mjs'], { stdio: 'inherit' });
}
