import { setTimeout as pause } from 'node:timers/promises';
import { Inject, type InjectionToken } from '@nestjs/common';
import type { Simulator } from 'emay-ims-simulator';
import type { EmayImsService } from '../../emay-ims.service.js';
import { DEFAULT_ACCOUNT } from '../../emay-ims.tokens.js';
import type { ImsMessage } from '../../messages/ims-message.entity.js';
import { isFinal, type ImsMessageState } from '../../messages/message-state.js';

/** For how long to wait. */
export interface AwaitedWithin {
  /** How long to wait, in ms. Default 4,000: less than jest and vitest allow a test, so that the failure tells the state. */
  withinMs?: number | undefined;
}

const WITHIN_MS = 4_000;
const LOOK_EVERY_MS = 10;

/** The real module and the simulated gateway of one account, for an integration test. */
export class EmayImsTestbed {
  constructor(
    readonly ims: EmayImsService,
    readonly simulator: Simulator,
  ) {}

  /**
   * Resolves to the message once its delivery report has come. See `reached`.
   *
   * @throws Error that tells the state it stands in
   */
  async delivered(customImsId: string, within: AwaitedWithin = {}): Promise<ImsMessage> {
    return this.reached(customImsId, 'DELIVERED', within);
  }

  /**
   * Resolves to the message once it is in the state; for ACCEPTED, also once the gateway has accepted it, whatever came afterwards. In
   * other states that pass, a message may have been unseen: have the simulator keep it there, such as with a fault.
   *
   * @throws Error that tells the state it stands in: at once where that is another final one, else at the deadline
   */
  async reached(
    customImsId: string,
    state: ImsMessageState,
    { withinMs = WITHIN_MS }: AwaitedWithin = {},
  ): Promise<ImsMessage> {
    const giveUpAt = performance.now() + withinMs;
    for (;;) {
      const message = await this.ims.findOne(customImsId);
      if (message && hasReached(message, state)) return message;
      if (message && isFinal(message.state)) {
        throw new Error(`Message ${customImsId} is not going to be ${state}: ${described(message)}.`);
      }
      if (performance.now() >= giveUpAt) {
        throw new Error(`Message ${customImsId} was not ${state} within ${withinMs} ms: ${described(message)}.`);
      }
      await pause(LOOK_EVERY_MS);
    }
  }
}

/** The token of an account's `EmayImsTestbed`; of the default account, the class itself. */
export function getEmayImsTestbedToken(name = DEFAULT_ACCOUNT): InjectionToken<EmayImsTestbed> {
  return name === DEFAULT_ACCOUNT ? EmayImsTestbed : `EmayImsTestbed:${name}`;
}

/** Injects the `EmayImsTestbed` of an account; default: the default account. */
export function InjectEmayImsTestbed(name = DEFAULT_ACCOUNT): PropertyDecorator & ParameterDecorator {
  return Inject(getEmayImsTestbedToken(name));
}

/** That it was accepted, a message tells ever after. */
function hasReached(message: ImsMessage, state: ImsMessageState): boolean {
  return message.state === state || (state === 'ACCEPTED' && message.acceptedAt !== null);
}

function described(message: ImsMessage | null): string {
  if (!message) return 'there is no message with this id';
  const { state, code, reportState } = message;
  const why = [code === null ? '' : `code ${code}`, reportState === null ? '' : `report ${reportState}`].filter(
    Boolean,
  );
  return `it is ${state}${why.length > 0 ? ` (${why.join(', ')})` : ''}`;
}
