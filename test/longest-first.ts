import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What takes a minute or more, the longest first. */
const long = [
  'e2e/rehearsals',
  'e2e/permissions',
  'e2e/crash',
  'e2e/disabled-play',
  'e2e/soak',
  'e2e/watch',
  'e2e/secrets',
  'e2e/bad-input',
  'e2e/trail-files',
  'e2e/in-ci',
  'e2e/policy',
  'interop/moto-without-trail',
  'interop/localemu',
  'interop/moto',
  'interop/moto-killed',
  'interop/validate-logs',
];

/** Begins with the files that take longest: begun last, such a file goes on alone when all others have ended. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = long.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`));
      return at < 0 ? long.length : at;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}
