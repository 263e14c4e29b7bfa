import type { FaultDefinition } from './fault-definition.js';

/** The port is closed: a new connection is refused, as by a gateway that is down. Idle connections end. */
export interface RefuseFault {
  readonly kind: 'refuse';
}

/** How long, unless `forMs` says otherwise. */
export const REFUSE_FOR_MS = 5_000;

export const refuse: FaultDefinition<RefuseFault> = {
  meaning: `connection refused, for \`forMs\` (${REFUSE_FOR_MS})`,
  accepts: 'no',
  calls: [],
  meets: 'port',
  fields: {},
};
