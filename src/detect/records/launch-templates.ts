import { asObject, type JsonObject, type TrailEvent, worked } from '../../model/index.js';
import { launchKindOf, templateOf } from './launch-request.js';
import { countOf, firstText, requestOf, responseOf, valueOf } from './record-fields.js';

/** One version of a launch template, or a launch configuration, as its event tells it. */
interface Version {
  time: number;
  number: number | null;
  type: string;
}

interface Template {
  versions: Version[];
  /** Changes of the default version; before the first it is 1 (EC2 API reference, CreateLaunchTemplate). */
  defaults: { time: number; number: number }[];
}

/**
 * The events, with the instance type written into launches that name a template only: what the template said at that
 * time, where the trail has the event that said it. A refused launch, a fleet or a group does not tell otherwise that
 * it is for accelerators.
 */
export function withTemplateTypes(events: readonly TrailEvent[]): TrailEvent[] {
  const templates = templatesOf(events);
  if (templates.size === 0) return [...events];
  return events.map((event) => {
    if (launchKindOf(event) === null || event.request === null) return event;
    const named = templateOf(requestOf(event));
    const template = named === null ? undefined : templates.get(`${event.region}|${named.name}`);
    const type =
      template === undefined ? null : typeAt(template, named?.version ?? null, event.time ?? Infinity);
    return type === null ? event : { ...event, request: { ...requestOf(event), templateInstanceType: type } };
  });
}

function typeAt({ versions, defaults }: Template, version: string | null, time: number): string | null {
  const before = versions.filter((one) => one.time <= time);
  if (version === '$Latest') return before.at(-1)?.type ?? null;
  const asked = version === null ? null : countOf(version);
  const chosen = asked ?? defaults.filter((one) => one.time <= time).at(-1)?.number ?? 1;
  return before.find(({ number }) => number === chosen || number === null)?.type ?? null;
}

/** By `region|id` and `region|name`, versions oldest first. */
function templatesOf(events: readonly TrailEvent[]): Map<string, Template> {
  const templates = new Map<string, Template>();
  const inOrder = events
    .filter((event) => /^(Create|Modify)Launch(Template|Configuration)/.test(event.name) && worked(event))
    .sort((a, b) => (a.time ?? 0) - (b.time ?? 0) || (a.key < b.key ? -1 : 1));
  for (const event of new Map(inOrder.map((one) => [one.key, one])).values()) {
    const template = templateFor(event, templates);
    const time = event.time ?? 0;
    const response = responseOf(event);
    const made = asObject(response.launchTemplateVersion) ?? asObject(response.launchTemplate) ?? {};
    if (event.name === 'ModifyLaunchTemplate') {
      const number = countOf(
        field(requestOf(event), 'setDefaultVersion') ?? field(made, 'defaultVersionNumber'),
      );
      if (number !== null) template.defaults.push({ time, number });
      continue;
    }
    const request = requestOf(event);
    const data = asObject(field(request, 'launchTemplateData'));
    const type = valueOf(data === null ? request.instanceType : field(data, 'instanceType'));
    if (type === null) continue;
    const isFirst = event.name !== 'CreateLaunchTemplateVersion';
    const number = isFirst ? (data === null ? null : 1) : countOf(field(made, 'versionNumber'));
    template.versions.push({ time, number, type });
  }
  return templates;
}

/** Events name it by id or by name: the one that made it tells both. */
function templateFor(event: TrailEvent, templates: Map<string, Template>): Template {
  const parts = [requestOf(event), responseOf(event)];
  const all = [...parts, ...parts.map((part) => asObject(part.launchTemplate) ?? {})];
  const names = ['launchTemplateId', 'launchTemplateName', 'launchConfigurationName'];
  const keys = all
    .flatMap((part) => names.map((name) => firstText(part, [name, capital(name)])))
    .filter((name) => name !== null)
    .map((name) => `${event.region}|${name}`);
  const template = keys.map((key) => templates.get(key)).find((one) => one !== undefined) ?? {
    versions: [],
    defaults: [],
  };
  for (const key of keys) templates.set(key, template);
  return template;
}

/** Newer EC2 actions write their parameters' names with a capital. */
function field(object: JsonObject, name: string): JsonObject[string] | undefined {
  return object[name] ?? object[capital(name)];
}

const capital = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);
