import type { Incident, TaintedCredential } from '../../model/index.js';
import { fit, html, type Html } from '../terminal/index.js';
import { tally } from '../index.js';
import { clock } from '../messages/index.js';
import { letter } from './timeline.js';

const nodeWidth = 250;
const nodeHeight = 66;
const columnGap = 116;
const rowGap = 14;
/** More are listed in the table only. */
const mostNodes = 24;

interface Placed {
  credential: TaintedCredential;
  index: number;
  depth: number;
  row: number;
}

/** Who minted what: a layer for each step away from the key, drawn from left to right. SVG, no script. */
export function credentialGraph(incident: Incident): Html {
  const all = incident.credentials;
  if (all.length === 0) return html`<p>No credential is known to belong to the incident.</p>`;
  const placed = place(all.slice(0, mostNodes));
  const byId = new Map(placed.map((node) => [node.credential.id, node]));
  const columns = Math.max(...placed.map(({ depth }) => depth)) + 1;
  const rows = Math.max(...placed.map(({ row }) => row)) + 1;
  const width = columns * nodeWidth + (columns - 1) * columnGap + 4;
  const height = rows * (nodeHeight + rowGap) - rowGap + 4;
  const launches = new Map(
    tally(
      incident.launches.flatMap(({ result, evidence, instanceIds }) =>
        result === 'worked' && evidence.accessKeyId !== null
          ? instanceIds.map(() => evidence.accessKeyId ?? '')
          : [],
      ),
    ),
  );
  return html`<div class="wide" tabindex="0" role="group" aria-label="Credential graph"><svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="Credentials and who minted them">
${placed.map((node) => {
  const parent = byId.get(node.credential.parent ?? '');
  return parent === undefined || parent === node ? null : edge(parent, node);
})}
${placed.map((node) => draw(node, node.credential.id === incident.key, launches.get(node.credential.id) ?? 0))}
</svg></div>${all.length > mostNodes && html`<p class="small soft">${all.length - mostNodes} more are in the table only.</p>`}`;
}

/** Layers by distance from a root; in each column children stand in the order of their parents. Cycles, which only
 *  forged records could make, end where they began. */
function place(credentials: readonly TaintedCredential[]): Placed[] {
  const index = new Map(credentials.map((credential, i) => [credential.id, i]));
  const children = new Map<number, number[]>();
  const roots: number[] = [];
  for (const [i, { parent }] of credentials.entries()) {
    const up = parent === null ? undefined : index.get(parent);
    if (up === undefined || up === i) roots.push(i);
    else children.set(up, [...(children.get(up) ?? []), i]);
  }
  const placed: Placed[] = [];
  const seen = new Set<number>();
  let row = 0;
  const visit = (i: number, depth: number): void => {
    const credential = credentials[i];
    if (seen.has(i) || credential === undefined) return;
    seen.add(i);
    const mine: Placed = { credential, index: i, depth, row };
    placed.push(mine);
    const before = row;
    for (const child of children.get(i) ?? []) visit(child, depth + 1);
    // A node without children takes a row; one with children stands beside the first of them.
    if (row === before) row += 1;
  };
  for (const root of roots) visit(root, 0);
  for (const i of credentials.keys()) visit(i, 0);
  return placed;
}

const leftOf = ({ depth }: Placed): number => 2 + depth * (nodeWidth + columnGap);
const topOf = ({ row }: Placed): number => 2 + row * (nodeHeight + rowGap);

function edge(parent: Placed, child: Placed): Html {
  const x1 = leftOf(parent) + nodeWidth;
  const y1 = topOf(parent) + nodeHeight / 2;
  const x2 = leftOf(child);
  const y2 = topOf(child) + nodeHeight / 2;
  const bend = columnGap / 2;
  const by = child.credential.mintedBy;
  return html`<path class="edge" d="M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}"/>${
    by !== null &&
    html`<text class="axis" x="${x2 - 6}" y="${y2 - 6}" text-anchor="end">${fit(by.name, 17)}</text>`
  }`;
}

const kinds: Record<TaintedCredential['kind'], string> = {
  'access-key': 'access key',
  'role-session': 'role session',
  'session-token': 'session token',
  federation: 'federation token',
  console: 'console sign-in',
  'instance-role': 'instance role',
  unknown: 'credential',
};

function draw(node: Placed, root: boolean, launched: number): Html {
  const { credential, index } = node;
  const x = leftOf(node);
  const y = topOf(node);
  const { otherAccount, parent, mintedBy, since, expiresAt } = credential;
  const whose = credential.roleName ?? credential.userName ?? credential.principal ?? 'owner unknown';
  const orphan = !root && parent === null && mintedBy === null;
  const life = `${clock(since)}${expiresAt === null ? '' : ` to ${clock(expiresAt)}`}`;
  const facts = [
    life,
    ...(launched > 0 ? [`${launched} instances`] : []),
    ...(otherAccount === null ? [] : [`in account ${otherAccount}`]),
    ...(orphan ? ['parent unknown'] : []),
  ];
  const kind = root ? 'node root' : otherAccount !== null || orphan ? 'node away' : 'node';
  return html`<g><rect class="${kind}" x="${x}" y="${y}" width="${nodeWidth}" height="${nodeHeight}" rx="7"/>
<text class="bold" x="${x + 10}" y="${y + 19}">${letter(index)} · ${fit(`${kinds[credential.kind]} of ${whose}`, 33)}</text>
<text class="mono" x="${x + 10}" y="${y + 37}">${fit(credential.id, 31)}</text>
<text class="axis" x="${x + 10}" y="${y + 54}">${fit(facts.join(' · '), 40)}</text><title>${credential.principal ?? credential.id}</title></g>`;
}
