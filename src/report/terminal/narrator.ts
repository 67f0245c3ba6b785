import { type CoreEvent, type OutcomeStatus, resourceKey } from '../../model/index.js';
import { byClass, classes, joined } from '../index.js';
import { classStyle } from './class-style.js';
import type { Style } from './screen.js';
import { count, some } from '../messages/index.js';

export type Line = [text: string, style: Style | null];

/** How many like findings or outcomes are told one by one; the screen at the end counts all of them. */
const alike = 3;

const outcomeStyle: Record<OutcomeStatus, Style | null> = {
  done: 'green',
  'already-so': 'dim',
  denied: 'red',
  failed: 'red',
  protected: 'yellow',
  skipped: 'yellow',
};

/** Says each event in lines for people, and nothing twice: sweeps look at the same world again and again. */
export class Narrator {
  private readonly told = new Set<string>();
  private readonly kinds = new Map<string, number>();

  constructor(private readonly verbose: boolean) {}

  /** The lines for `event`: plain text that may hold foreign names, to be fitted and escaped by whoever prints it. */
  tell(event: CoreEvent): Line[] {
    switch (event.type) {
      case 'identity': {
        const { identity } = event;
        const where = some([...new Set(Object.values(identity.endpoints))], 3);
        return [
          ...(identity.simulated
            ? [[` SIMULATED: not AWS (${where}). Nothing here is real. `, 'banner'] satisfies Line]
            : []),
          [`account ${identity.account}, as ${identity.arn}`, null],
        ];
      }
      case 'warning':
        return this.once(`warning ${event.message}`, [`warning: ${event.message}`, 'yellow']);
      case 'progress':
        return [];
      case 'cell': {
        const { subject, region, status, detail } = event.cell;
        const unknown = status === 'denied' || status === 'failed' || status === 'truncated';
        if (!unknown && !this.verbose) return [];
        const key = this.verbose ? `${subject} ${status} ${region}` : `${subject} ${status}`;
        const line = `${subject} in ${region}: ${status}${detail === null ? '' : `: ${detail}`}`;
        return this.once(key, [unknown ? `unknown: ${line}` : line, unknown ? 'yellow' : 'dim']);
      }
      case 'finding':
        return this.finding(event);
      case 'incident': {
        const groups = byClass(joined(event.incident).findings);
        const counts = classes.flatMap((cls) => {
          const n = groups.get(cls)?.length ?? 0;
          return n > 0 && cls !== 'not-tied' ? [`${n} ${cls}`] : [];
        });
        const line = `found: ${counts.length > 0 ? counts.join(', ') : 'nothing that is tied to it'}`;
        return this.once(line, [line, 'bold']);
      }
      case 'phase':
        return [[`${event.phase}: ${count(event.actions, 'action')}`, 'bold']];
      case 'intent':
        return this.verbose ? [[`  ${event.action.region}: ${event.action.title} …`, 'dim']] : [];
      case 'outcome': {
        const { action, outcome } = event;
        const error = outcome.error === null ? '' : `: ${outcome.error.code}: ${outcome.error.message}`;
        const line = `  ${outcome.status}: ${action.region}: ${action.title}${error}`;
        const kind = `${outcome.status} ${action.play} ${action.operation} ${outcome.error?.code ?? ''}`;
        return this.few(
          kind,
          [line, outcomeStyle[outcome.status]],
          `  ${outcome.status}: more ${action.operation}`,
        );
      }
      case 'sweep': {
        const settling = event.settling > 0 ? `, ${event.settling} settling` : '';
        return [[`sweep ${event.round}: ${event.message}${settling}`, event.clean ? 'green' : 'yellow']];
      }
      case 'journal':
        return [[`${event.message} ${event.path}`.trim(), null]];
    }
  }

  private finding({ finding }: Extract<CoreEvent, { type: 'finding' }>): Line[] {
    const { resource, class: cls, reasons } = finding;
    if (cls === 'not-tied' || (cls === 'own' && !this.verbose)) return [];
    const key = `${cls} ${resourceKey(resource)}`;
    if (this.told.has(key)) return [];
    this.told.add(key);
    const why = reasons[0] === undefined ? '' : `: ${reasons[0]}`;
    const line: Line = [
      `${cls}: ${resource.type} ${resource.id} in ${resource.region}${why}`,
      classStyle[cls],
    ];
    return this.few(`${cls} ${resource.type}`, line, `${cls}: more of ${resource.type}`);
  }

  /** The first few of many alike; then once that there are more. */
  private few(kind: string, line: Line, more: string): Line[] {
    const n = (this.kinds.get(kind) ?? 0) + 1;
    this.kinds.set(kind, n);
    if (this.verbose || n <= alike) return [line];
    return n === alike + 1 ? [[`${more}: --verbose names each`, 'dim']] : [];
  }

  private once(key: string, line: Line): Line[] {
    if (this.told.has(key)) return [];
    this.told.add(key);
    return [line];
  }
}
