import type { EitherSide, FaultDefinition } from './fault-definition.js';

/** A redirect. A client that follows a 307 posts the signed body again, elsewhere. */
export interface RedirectFault extends EitherSide {
  readonly kind: 'redirect';
  /** Default: 307, which keeps method and body. */
  readonly status?: 301 | 302 | 303 | 307 | 308 | undefined;
  /** Default: the same path of this simulator, so a client that follows is seen in `requests()`. */
  readonly location?: string | undefined;
}

export const redirect: FaultDefinition<RedirectFault, 'location'> = {
  meaning: '`status` to `location` (the same call)',
  accepts: 'choice',
  fields: {
    status: { type: 'choice', choices: [307, 308, 301, 302, 303], default: 307, meaning: 'HTTP status' },
    location: { type: 'text', inHeader: () => true, meaning: 'a URL; default: the same call' },
  },
  play(exchange, { status, location, accept }) {
    if (accept) exchange.accept();
    exchange.send('', { status, headers: { Location: location ?? exchange.record.path } });
  },
};
