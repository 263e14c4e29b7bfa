import { FAULT_KINDS, FAULTS } from '../faults/catalogue.js';
import { MAGIC_NUMBERS, MAGIC_PREFIX } from '../gateway/magic-numbers.js';
import { ANSWER_CODES, CODES_SEEN_ELSEWHERE } from '../wire/answer-code.js';
import { CALL_NAMES } from '../wire/call-name.js';
import { REPORT_STATES, STATES_SEEN_ELSEWHERE } from '../wire/report-state.js';

/** All that a page or a script in another language needs to offer: it does not change while the simulator runs. */
export const CATALOGUE = {
  faults: FAULT_KINDS.map((kind) => {
    const { meaning, accepts, calls = CALL_NAMES, meets = 'request', fields } = FAULTS[kind];
    return { kind, meaning, accepts, calls, meets, fields };
  }),
  magicNumbers: [...MAGIC_NUMBERS].map(([ending, { meaning }]) => ({ ending: MAGIC_PREFIX + ending, meaning })),
  answerCodes: ANSWER_CODES,
  reportStates: REPORT_STATES,
  seenElsewhere: { answerCodes: CODES_SEEN_ELSEWHERE, reportStates: STATES_SEEN_ELSEWHERE },
};
