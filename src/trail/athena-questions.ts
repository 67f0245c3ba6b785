import type { Question } from './athena-query.js';
import type { TrailQuery } from './lookup.js';

/** Rows of one question in one region for each value it asks for, and in all; LookupEvents' own limit is of this size. */
const rowsOfValue = 6_000;
const mostRows = 100_000;
/** What the event history would be asked, as a question to a table. */
export function questionOf(query: TrailQuery, from: number, readAt: number): Question {
  const { attribute, value, regions, to = readAt, maxPages } = query;
  const most = maxPages === undefined ? rowsOfValue : Math.min(rowsOfValue, maxPages * 50);
  return { attribute, values: [value], from, to, regions, most };
}

/** Questions that differ in nothing but the value become one, with a list; those of which most is wanted come first. */
export function grouped(questions: readonly Question[]): Question[] {
  const groups = new Map<string, Question>();
  for (const one of questions) {
    const key = JSON.stringify([one.attribute, one.from, one.to, one.regions, one.most]);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, one);
    else groups.set(key, { ...known, values: [...known.values, ...one.values] });
  }
  return [...groups.values()]
    .map((one) => ({ ...one, most: Math.min(mostRows, one.most * one.values.length) }))
    .sort((a, b) => b.most - a.most);
}

/** Whether the answer to `question` has that of `query`. */
export function isPartOf({ attribute, value, regions }: TrailQuery, question: Question): boolean {
  return (
    question.attribute === attribute &&
    question.values.includes(value) &&
    question.regions.join() === regions.join()
  );
}
