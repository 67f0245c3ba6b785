import { AwsError } from '../aws-error.js';
import { page, type Context, type Structure } from '../service.js';
import type { Maker, Region } from '../world/world.js';

/** A thing in the service's own words: what was asked for, and what AWS adds. The model picks what each answer shows. */
export interface Thing {
  /** What the operations call it by. */
  id: string;
  createdAt: number;
  maker: Maker;
  // Fields as the API names them; each operation knows its own.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  [field: string]: any;
}

const shelves = new Map<string, Shelf>();

/** Whether an entry of a table runs, costs, relaunches or lets somebody in; null where its service does not say. */
export function isAlive(table: string, entry: object): boolean | null {
  return shelves.get(table)?.alive?.(entry as Thing) ?? null;
}

/** All things of one kind: what create, list, describe, update and delete have in common in every service. */
export class Shelf {
  constructor(
    readonly table: string,
    /** The code and HTTP status of the service's "there is none". */
    private readonly missing: [code: string, status: number],
    /** The code of "there is one already"; null where a second one is another one. */
    private readonly taken: string | null = null,
    readonly alive: ((thing: Thing) => boolean) | null = null,
  ) {
    shelves.set(table, this);
  }

  all(region: Region): Thing[] {
    return [...region.table<Thing>(this.table).values()];
  }

  find(region: Region, id: string | undefined): Thing | undefined {
    return id === undefined ? undefined : region.table<Thing>(this.table).get(id);
  }

  get(region: Region, id: string | undefined): Thing {
    const thing = this.find(region, id);
    if (thing === undefined)
      throw new AwsError(
        this.missing[0],
        `${this.table.split(':')[1]} not found: ${id ?? ''}`,
        this.missing[1],
      );
    return thing;
  }

  add(context: Context, id: string, fields: object): Thing {
    const table = context.region.table<Thing>(this.table);
    if (this.taken !== null && table.has(id))
      throw new AwsError(this.taken, `${this.table.split(':')[1]} already exists: ${id}`, 409);
    const thing: Thing = { ...fields, id, createdAt: context.now, maker: context.maker };
    table.set(id, thing);
    context.touched.push(id);
    return thing;
  }

  /** Changes those of `fields` that are given. */
  change(context: Context, id: string | undefined, fields: object): Thing {
    const thing = this.get(context.region, id);
    Object.assign(
      thing,
      Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)),
    );
    context.touched.push(thing.id);
    return thing;
  }

  remove(context: Context, id: string | undefined): Thing {
    const thing = this.get(context.region, id);
    context.region.table<Thing>(this.table).delete(thing.id);
    context.touched.push(thing.id);
    return thing;
  }
}

/** The last part of an ARN or path: services take names and ARNs alike. */
export const short = (name: string | undefined): string | undefined =>
  name?.split('/').at(-1)?.split(':').at(-1);

/** A page under whatever names the service gives to its list and its token. */
export function paged(
  list: string,
  items: unknown[],
  token: string | undefined,
  size: number,
  tokenName = 'nextToken',
): Structure {
  const found = page(items, token, size);
  return { [list]: found.items as never, [tokenName]: found.next };
}
