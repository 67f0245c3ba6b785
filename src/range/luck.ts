import { createHash } from 'node:crypto';

/**
 * Whether a fault strikes a call. It depends on the seed, on who calls what where, and on how often they did before,
 * and not on what others call meanwhile: whoever makes the same calls has the same bad day.
 */
export class Luck {
  private readonly before = new Map<string, number>();
  constructor(private readonly seed: number) {}

  /** `chance`: 0 to 1. `call`: who, what and where. */
  strikes(fault: string, chance: number | undefined, call: string): boolean {
    if (!chance) return false;
    const name = `${fault} ${call}`;
    const count = this.before.get(name) ?? 0;
    this.before.set(name, count + 1);
    const digest = createHash('sha256').update(`${this.seed} ${name} ${count}`).digest();
    return digest.readUInt32BE() / 2 ** 32 < chance;
  }
}
