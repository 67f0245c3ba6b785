import type { Change, changes, JsonObject, OperationOfChange, ServiceOfChange } from '../model/index.js';
import type { InputOf, OperationOf, ServiceName } from './services/index.js';

/** What of an SDK's input JSON can hold: the journal has it as it is sent. */
type Plain<T> = T extends string | number | boolean | null
  ? T
  : T extends Date | Uint8Array
    ? never
    : T extends readonly (infer E)[]
      ? readonly Plain<E>[]
      : T extends object
        ? { [K in keyof T]: Plain<Exclude<T[K], undefined>> }
        : never;

/** The lists, which the model holds without knowing AWS's clients: a name that no client has does not compile. */
type Listed<
  L extends { readonly [S in keyof L & ServiceName]: readonly OperationOf<S>[] } & {
    readonly [S in Exclude<keyof L, ServiceName>]: never;
  },
> = L;
type OfClient<S extends ServiceOfChange> = Listed<typeof changes>[S][number] & OperationOf<S>;

type Input<S extends ServiceOfChange, O extends OperationOfChange<S>> = Plain<InputOf<S, O & OfClient<S>>>;

/** What a change takes, as AWS's own types have it. Of several operations: what suits each of them. */
export type InputOfChange<S extends ServiceOfChange, O extends OperationOfChange<S>> = (
  O extends unknown
    ? (input: Input<S, O>) => void
    : never
) extends (input: infer I) => void
  ? I
  : never;

/** `I` without the members, at any depth, that `T` does not have: of those nothing can be given. */
type Only<I, T> = I extends readonly unknown[]
  ? { [K in keyof I]: T extends readonly (infer E)[] ? Only<I[K], E> : never }
  : I extends object
    ? { [K in keyof I]: K extends keyof T ? Only<I[K], NonNullable<T[K]>> : never }
    : I;

/** A change, as data. The one way to make one: a wrong service, operation, member or value does not compile. */
export function change<
  S extends ServiceOfChange,
  O extends OperationOfChange<S>,
  const I extends InputOfChange<S, O>,
>(service: S, operation: O, input: I & Only<I, InputOfChange<S, O>>): Change {
  return { service, operation, input: input as unknown as JsonObject } as unknown as Change;
}
