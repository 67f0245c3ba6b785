import { z } from 'zod';
import type { Json, JsonObject } from '../../model/index.js';

/** Holds a schema to a type in both directions: neither may know of more than the other. */
export const exactly =
  <T>() =>
  <S extends z.ZodType<T>>(schema: [T] extends [z.output<S>] ? S : never): z.ZodType<T> =>
    schema;

export const text = z.string();
export const maybe = text.nullable();
export const epoch = z.number().describe('epoch milliseconds, UTC');
export const moment = z.iso.datetime().describe('ISO 8601, UTC');
export const whole = z.int().nonnegative();

export const json: z.ZodType<Json> = z.json();
export const jsonObject: z.ZodType<JsonObject> = z.record(z.string(), json);
