/**
 * The inside of a contender's process: takes its task from the command line, sends what it measured to the parent, and
 * ends. A contender that finds its own result wrong throws, and the run fails.
 */
export async function contend(measure: (task: never) => Promise<Record<string, number>>): Promise<void> {
  const sample = await measure(JSON.parse(process.argv[2] ?? '') as never);
  process.send?.(sample);
  process.disconnect();
}

/** Stops the run where a result is not what it must be: a fast wrong answer is no result. */
export function must(condition: boolean, problem: () => string): void {
  if (!condition) throw new Error(`Wrong result: ${problem()}`);
}
