import { createHash } from 'node:crypto';

/**
 * Numbers that look random and come again for the same key: what a run does is told by its seed.
 *
 * @param {string} key
 */
export function seeded(key) {
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
    between: (min, max) => min + Math.floor(next() * (max - min + 1)),
    /** Small ones as often as large ones: 1–10 as often as 100–1,000. */
    size: (max) => Math.max(1, Math.round(Math.exp(next() * Math.log(max)))),
    chance: (probability) => next() < probability,
    pick: (list) => list[Math.floor(next() * list.length)],
    /** `[[weight, value], …]` */
    weighted(choices) {
      let rest = next() * choices.reduce((sum, [weight]) => sum + weight, 0);
      return (choices.find(([weight]) => (rest -= weight) < 0) ?? choices[0])[1];
    },
  };
}
