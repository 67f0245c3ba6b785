import { type Action, type Incident, type LeftOver, resourceKey } from '../../model/index.js';
import { groupBy } from '../index.js';
import { classStyle, padEnd, Screen, type ScreenOptions } from '../terminal/index.js';

/** Every single thing that a plan acts on or leaves, with its class, its rule and its strongest reason: for a person who
 *  wants to see each id before agreeing. */
export function planDetailsScreen(
  incident: Incident,
  plan: { actions: readonly Action[]; left: readonly LeftOver[] },
  options: ScreenOptions,
): string {
  const screen = new Screen(options);
  const found = new Map(incident.findings.map((finding) => [resourceKey(finding.resource), finding]));
  for (const [phase, actions] of groupBy(plan.actions, (action) => action.phase)) {
    const targets = [...new Set(actions.flatMap((action) => action.targets))].sort();
    for (const [i, target] of targets.entries()) {
      const finding = found.get(target);
      if (finding === undefined) {
        screen.row(i === 0 ? phase : '', target);
        continue;
      }
      const { resource, rule, reasons } = finding;
      screen.row(
        i === 0 ? phase : '',
        [padEnd(finding.class, 9), classStyle[finding.class]],
        `${padEnd(resource.region, 15)} ${resource.type} ${resource.id}`,
      );
      screen.row('', ['         ', null], [`${rule}: ${reasons[0] ?? ''}`, 'dim']);
    }
  }
  for (const [i, { region, type, id, cause, detail }] of plan.left.entries()) {
    screen.row(i === 0 ? 'left' : '', padEnd(cause, 9), `${padEnd(region, 15)} ${type} ${id}`);
    if (detail !== null) screen.row('', ['         ', null], [detail, 'dim']);
  }
  return screen.toString();
}
