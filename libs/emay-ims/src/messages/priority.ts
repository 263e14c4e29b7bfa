export const MIN_PRIORITY = 0;
export const MAX_PRIORITY = 9;

/**
 * Highest first. What is due is looked for priority by priority: an index in the order of priority and time leads past what is for later
 * within one priority only.
 */
export const PRIORITIES: readonly number[] = Array.from(
  { length: MAX_PRIORITY - MIN_PRIORITY + 1 },
  (_, index) => MAX_PRIORITY - index,
);
