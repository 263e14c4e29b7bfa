import type { Said } from './verdict-en.js';

export interface AdviceWords {
  readonly title: (said: Said) => string;
  readonly todo: string;
}

/** By the id of the advice. What a newer server says and is not here is shown by its id and values. */
export const adviceEn: Record<string, AdviceWords> = {
  'circuit-open': {
    title: (said) => `Nothing is submitted: ${said('code')}`,
    todo: 'Look the code up; the circuit closes by itself once the gateway answers again.',
  },
};
