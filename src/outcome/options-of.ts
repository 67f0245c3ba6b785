import type { JournalRecord, JsonObject } from '../model/index.js';

/** What a containment goes by: the flags that it was opened with, and the person's later words in place of theirs. Pure. */
export function optionsOf(records: readonly JournalRecord[]): JsonObject {
  let options: JsonObject = {};
  for (const record of records) {
    if (record.kind === 'opened') ({ options } = record);
    if (record.kind !== 'words') continue;
    const { include, exclude } = record.words;
    options = { ...options, include: [...include], exclude: [...exclude] };
  }
  return options;
}
