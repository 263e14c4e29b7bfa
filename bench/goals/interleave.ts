import { spreadOf, type Spread } from '../support/spread.js';
import type { Bench } from './goal.js';

type Sample = Record<string, number>;
/** By contender, then by what was measured. */
export type Measured = Record<string, Record<string, Spread>>;

/**
 * Gives each contender its turn, round after round, so that a slow minute of the machine falls on all of them; every other round the other
 * way round, as nobody gains by place either. Each turn resolves to what it measured.
 */
export async function interleave(
  bench: Bench,
  title: string,
  contenders: Readonly<Record<string, () => Promise<Sample>>>,
): Promise<Measured> {
  const samples = new Map<string, Sample[]>(Object.keys(contenders).map((name) => [name, []]));
  for (let round = 1; round <= bench.rounds; round++) {
    const inOrder = Object.entries(contenders);
    for (const [name, turn] of round % 2 === 1 ? inOrder : inOrder.toReversed()) {
      const sample = await turn();
      samples.get(name)?.push(sample);
      bench.say(`${title} · round ${round}/${bench.rounds} · ${name}: ${describe(sample)}`);
    }
  }
  return Object.fromEntries([...samples].map(([name, taken]) => [name, spreads(taken)]));
}

function spreads(samples: readonly Sample[]): Record<string, Spread> {
  const names = Object.keys(samples[0] ?? {});
  return Object.fromEntries(names.map((name) => [name, spreadOf(samples.map((sample) => sample[name] ?? NaN))]));
}

/** The rate of a contender whose turns were timed, with its CPU time. */
export function rateOf(contender: Record<string, Spread> | undefined): Spread {
  const { perSecond, processMicroseconds, serverMicroseconds } = contender!;
  return { ...perSecond!, cpu: { process: processMicroseconds!, server: serverMicroseconds ?? null } };
}

function describe(sample: Sample): string {
  return Object.entries(sample)
    .map(([name, value]) => `${name} ${Number(value.toPrecision(4))}`)
    .join(', ');
}
