import type { Rehearsal } from '../rehearse.js';

/** JUnit XML: one suite a scenario, one case a goal. Pure. */
export function junitOf(done: readonly Rehearsal[]): string {
  const suites = done.map(({ name, judgements, took }) => {
    const cases = judgements.map(({ goal, wanted, got, reached }) => {
      const open = `    <testcase classname="${escape(name)}" name="${escape(goal)}"`;
      return reached
        ? `${open}/>`
        : `${open}>\n      <failure message="${escape(`${goal}: ${got}, wanted ${wanted}`)}"/>\n    </testcase>`;
    });
    const failures = judgements.filter(({ reached }) => !reached).length;
    const counts = `tests="${judgements.length}" failures="${failures}" time="${(took / 1000).toFixed(3)}"`;
    return `  <testsuite name="${escape(name)}" ${counts}>\n${cases.join('\n')}\n  </testsuite>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="leakguard rehearse">\n${suites.join('\n')}\n</testsuites>\n`;
}

const escape = (text: string) =>
  text
    .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
    // XML 1.0 has no place for control characters.
    .replace(/[\u0000-\u001f]/g, ' ');
