import { AwsError } from '../../aws-error.js';
import { matches } from '../../iam/policy.js';

export interface Filter {
  Name?: string;
  Values?: string[];
}

export interface Paging {
  MaxResults?: number;
  NextToken?: string;
  Filters?: Filter[];
}

type Field<T> = (item: T) => string | string[] | undefined;

type Tags = Record<string, string> | undefined;

/** EC2's filters as one test: every filter must hold, any of its values may; `*` and `?` are wildcards. */
export function filterTest<T>(
  filters: Filter[] | undefined,
  fields: Record<string, Field<T>>,
  tagsOf: (item: T) => Tags,
): (item: T) => boolean {
  const tests = (filters ?? []).map(({ Name: name = '', Values: values = [] }) => {
    const field: Field<T> | undefined = name.startsWith('tag:')
      ? (item) => tagsOf(item)?.[name.slice(4)]
      : name === 'tag-key'
        ? (item) => Object.keys(tagsOf(item) ?? {})
        : fields[name];
    if (field === undefined) throw new AwsError('InvalidParameterValue', `The filter '${name}' is invalid`);
    return (item: T) => {
      const actual = field(item);
      const list = actual === undefined ? [] : Array.isArray(actual) ? actual : [actual];
      return list.some((one) => values.some((value) => matches(value, one)));
    };
  });
  return (item) => tests.every((test) => test(item));
}

/** Those of `items` that pass EC2's filters. */
export function applyFilters<T>(
  items: T[],
  filters: Filter[] | undefined,
  fields: Record<string, Field<T>>,
): T[] {
  return items.filter(filterTest(filters, fields, (item) => (item as { tags?: Tags }).tags));
}

export interface TagSpecification {
  ResourceType?: string;
  Tags?: { Key?: string; Value?: string }[];
}

/** The tags that a request gives to one type of resource. */
export function tagsFor(
  specifications: TagSpecification[] | undefined,
  type: string,
): Record<string, string> {
  const tags: Record<string, string> = {};
  for (const { ResourceType, Tags = [] } of specifications ?? []) {
    if (ResourceType !== type) continue;
    for (const { Key = '', Value = '' } of Tags) {
      if (Key.toLowerCase().startsWith('aws:'))
        throw new AwsError(
          'InvalidParameterValue',
          `Tag keys starting with 'aws:' are reserved for internal use`,
        );
      tags[Key] = Value;
    }
  }
  return tags;
}
