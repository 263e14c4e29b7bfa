/** The longest wait that a timer of Node takes, in milliseconds; a longer one is over at once. */
export const MAX_TIMER_MS = 2_147_483_647;
