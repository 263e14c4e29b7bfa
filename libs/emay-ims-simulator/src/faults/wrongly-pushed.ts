import type { PushExchange, PushOutcome } from '../exchange/push-exchange.js';
import type { FaultDefinition } from './fault-definition.js';

/** A push that does not come to the customer as it should. The gateway pushes again whatever was not answered `success`. */
export interface WronglyPushedFault {
  readonly kind: 'wrongly-pushed';
  /**
   * How. `twice`: the same bytes again after they were answered; `dead-address`: nobody listens there, nothing arrives; `reset`:
   * half of the body arrives, then a TCP reset; `unheard`: all of it arrives and the answer is lost on the way; `cut`: half of
   * the bytes as a complete request; `other-key`: encrypted with another key. Default: `twice`.
   */
  readonly how?: keyof typeof WAYS | undefined;
}

const WAYS = {
  twice: async (push) => {
    await push.post();
    return push.post();
  },
  'dead-address': () => Promise.resolve({ error: 'ECONNREFUSED' }),
  reset: (push) => push.reset(),
  unheard: async (push) => {
    await push.post();
    return { error: 'ECONNRESET' };
  },
  cut: (push) => push.post(push.body.subarray(0, Math.floor(push.body.length / 2))),
  'other-key': (push) => push.post(push.sealedOtherwise()),
} satisfies Record<string, (push: PushExchange) => Promise<PushOutcome>>;

export const wronglyPushed: FaultDefinition<WronglyPushedFault> = {
  meaning: 'a push of reports that goes wrong; `how` chooses in which way',
  accepts: 'no',
  calls: [],
  meets: 'push',
  fields: { how: { type: 'choice', choices: Object.keys(WAYS), default: 'twice', meaning: 'in which way' } },
  playPush: (push, { how }) => WAYS[how](push),
};
