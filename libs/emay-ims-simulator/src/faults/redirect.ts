import type { EitherSide, FaultBehaviour } from './fault-behaviour.js';

/** A redirect. A client that follows a 307 posts the signed body again, elsewhere. */
export interface RedirectFault extends EitherSide {
  readonly kind: 'redirect';
  /** Default: 307, which keeps method and body. */
  readonly status?: 301 | 302 | 303 | 307 | 308;
  /** Default: the same path of this simulator, so a client that follows is seen in `requests()`. */
  readonly location?: string;
}

export const redirect: FaultBehaviour<RedirectFault> = (exchange, { status = 307, location, accept = false }) => {
  if (accept) exchange.accept();
  exchange.send('', { status, headers: { Location: location ?? exchange.record.path } });
};
