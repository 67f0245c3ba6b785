import type { Play } from '../kit/play.js';

/** The IAM actions that `some` take, sorted, each once. */
export function permissionsOf(
  some: readonly Play[],
  kinds: readonly (keyof Play['permissions'])[] = ['find', 'contain', 'undo'],
): string[] {
  return [...new Set(some.flatMap(({ permissions }) => kinds.flatMap((kind) => permissions[kind])))].sort();
}
