/** A hundred years: beyond it a number of days is a mistake. */
export const MAX_RETENTION_DAYS = 36_500;
