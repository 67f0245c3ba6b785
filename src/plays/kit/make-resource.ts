import type { Json, Link, Resource } from '../../model/index.js';

type Given = Pick<Resource, 'play' | 'type' | 'region' | 'live'> & {
  id: string | undefined;
  state: string | undefined;
  createdAt?: Date | undefined;
  tags?: Record<string, string> | undefined;
  links?: Link[];
  properties?: Resource['properties'];
};

/** A resource, with what the service left out filled in. */
export function makeResource({ id, state, createdAt, tags, links, properties, ...rest }: Given): Resource {
  return {
    ...rest,
    id: id ?? '',
    state: state ?? 'unknown',
    createdAt: createdAt?.getTime() ?? null,
    tags: tags ?? {},
    links: links ?? [],
    properties: properties ?? {},
  };
}

/** Tags as most services list them, as one object. */
export function tagsOf(
  tags:
    | {
        Key?: string | undefined;
        Value?: string | undefined;
        key?: string | undefined;
        value?: string | undefined;
      }[]
    | undefined,
): Record<string, string> {
  return Object.fromEntries(
    (tags ?? []).map((tag) => [tag.Key ?? tag.key ?? '', tag.Value ?? tag.value ?? '']),
  );
}

/** The texts of a list that a resource keeps. */
export function textsOf(value: Json | undefined): string[] {
  return (Array.isArray(value) ? value : []).filter((one) => typeof one === 'string');
}

/**
 * What AWS answered and a resource keeps as JSON, where types are lost, as the part of an input that it was kept for.
 * Nothing checks it: it is only for what is handed back to AWS whole.
 */
export function asAnswered<T>(value: Json): T {
  return value as T;
}

/** A link where there is an id, else none. */
export function linkTo(kind: Link['kind'], id: string | null | undefined): Link[] {
  return id === undefined || id === null || id === '' ? [] : [{ kind, id }];
}
