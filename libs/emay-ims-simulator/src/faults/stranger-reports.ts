import { SEND_CALL_NAMES } from '../wire/call-name.js';
import type { FaultDefinition } from './fault-definition.js';

const IDS = ['theirs', 'ours', 'none'] as const;
const NUMBERS = ['ours', 'theirs'] as const;

/** A second system sends under the same appId: reports of its messages come to whoever pulls. */
export interface StrangerReportsFault {
  readonly kind: 'stranger-reports';
  /** How many, due as the request is accepted. Default: 1. */
  readonly count?: number | undefined;
  /** Their `customImsId`: one of the other system's, one of this request, or none. Default: `theirs`. */
  readonly ids?: (typeof IDS)[number] | undefined;
  /** Their numbers: those of this request, or others. Default: `ours`. */
  readonly numbers?: (typeof NUMBERS)[number] | undefined;
  /** What they say. Default: `DELIVRD`. */
  readonly state?: string | undefined;
}

export const strangerReports: FaultDefinition<StrangerReportsFault> = {
  meaning: 'the answer; `count` reports of messages that another system sent under this appId',
  accepts: 'yes',
  calls: SEND_CALL_NAMES,
  fields: {
    count: { type: 'integer', min: 1, max: 10_000, default: 1, meaning: 'how many' },
    ids: { type: 'choice', choices: IDS, default: 'theirs', meaning: 'whose customImsId they name' },
    numbers: { type: 'choice', choices: NUMBERS, default: 'ours', meaning: 'whose number they name' },
    state: { type: 'text', default: 'DELIVRD', meaning: 'a report state, listed or not' },
  },
  play(exchange, { count, ids, numbers, state }) {
    exchange.answer(
      exchange.accept({
        strangers: (taken) =>
          Array.from({ length: taken.length === 0 ? 0 : count }, (_, index) => {
            const like = taken[index % taken.length]!;
            const number = String(index).padStart(6, '0');
            const customImsId = { theirs: `stranger-${number}`, ours: like.customImsId, none: '' }[ids];
            const mobile = numbers === 'ours' ? like.mobile : `0061400${number}`;
            return { mobile, state, ...(customImsId === '' ? {} : { customImsId }) };
          }),
      }),
    );
  },
};
