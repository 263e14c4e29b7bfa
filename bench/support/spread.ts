/** What several rounds measured. */
export interface Spread {
  median: number;
  min: number;
  max: number;
  /** By round: what two contenders measured in the same one belongs together. */
  values: number[];
  /** Of a rate: the CPU time for each message. */
  cpu?: Cpu;
}

/** In microseconds for each message. */
export interface Cpu {
  /** Of the contender's own process. */
  process: Spread;
  /** Of its server; `null` where there is none, or it cannot be read. */
  server: Spread | null;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((one, other) => one - other);
  return {
    median: quantile(sorted, 0.5),
    min: sorted[0] ?? NaN,
    max: sorted.at(-1) ?? NaN,
    values: [...values],
  };
}

/** Of values sorted upwards, interpolated between neighbours. */
export function quantile(sorted: readonly number[], share: number): number {
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)] ?? NaN;
  const above = sorted[Math.ceil(place)] ?? NaN;
  return below + (above - below) * (place - Math.floor(place));
}
