import { v7 as uuidv7 } from 'uuid';

/** A new `customImsId`: 32 characters, time-ordered, so neighbours in time are neighbours in the index. */
export function newCustomImsId(): string {
  return uuidv7().replaceAll('-', '');
}

/** A new token for an attempt, a page of reports or a lease holder. */
export const newToken = newCustomImsId;
