import { createHash } from 'node:crypto';

export type Random = ReturnType<typeof seeded>;

/** Numbers that look random and come again for the same key: what a run does is told by its seed. */
export function seeded(key: string) {
  let state = createHash('sha256').update(key).digest().readUInt32LE(0);
  /** From 0 up to, not including, 1 (mulberry32). */
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    next,
    /** A whole number, both ends included. */
    between: (min: number, max: number) => min + Math.floor(next() * (max - min + 1)),
    /** Small ones as often as large ones: 1–10 as often as 100–1,000. */
    size: (max: number) => Math.max(1, Math.round(Math.exp(next() * Math.log(max)))),
    chance: (probability: number) => next() < probability,
    /** One of a list that is not empty. */
    pick: <T>(list: readonly T[]) => list[Math.floor(next() * list.length)] as T,
    weighted<T>(choices: readonly [[weight: number, T], ...[weight: number, T][]]): T {
      let rest = next() * choices.reduce((sum, [weight]) => sum + weight, 0);
      return (choices.find(([weight]) => (rest -= weight) < 0) ?? choices[0])[1];
    },
  };
}
