/**
 * How much a property is asked: its default in every run, `FUZZ_RUNS` in a long one (`npm run test:fuzz`), repeatable
 * with `FUZZ_SEED`.
 */
export function runs(byDefault: number): { numRuns: number; seed?: number } {
  const { FUZZ_RUNS, FUZZ_SEED } = process.env;
  return {
    numRuns: FUZZ_RUNS === undefined ? byDefault : Number(FUZZ_RUNS),
    ...(FUZZ_SEED === undefined ? {} : { seed: Number(FUZZ_SEED) }),
  };
}
