import type { GatewayUnderTest } from './gateway-under-test.js';
import type { Settings } from './settings.js';

/** `doc`: the vendor's document; `seen`: public code around this gateway; `assumed`: the simulator's choice. */
export const KNOWN_BY = ['doc', 'seen', 'assumed'] as const;
export type KnownBy = (typeof KNOWN_BY)[number];

/**
 * One rule of the protocol.
 * - `check` rejects with an `AssertionError` when the gateway breaks the rule.
 * - A rule that needs nothing costs nothing, even on a gateway that breaks it: what it asks to send has no good number.
 *   At worst a gateway that checks neither timestamp nor sign hands out a report or two.
 */
export interface Rule {
  readonly known: KnownBy;
  /** Where the document says so. */
  readonly section?: string;
  readonly says: string;
  readonly needs?: 'sending' | 'closed-account';
  /** It calls the encrypted interface, which an account may not have. */
  readonly secure?: true;
  readonly check: (gateway: GatewayUnderTest) => Promise<void>;
}

export function nameOf({ known, section, says }: Rule): string {
  return `[${section === undefined ? known : `${known} §${section}`}] ${says}`;
}

/** Why a rule is not checked with these settings; `undefined` when it is. */
export function reasonToSkip({ known, needs, secure }: Rule, settings: Settings): string | undefined {
  if (!settings.mustHold.has(known)) return 'not among EMAY_GATEWAY_RULES';
  if (secure && !settings.isSecure) return 'it calls the encrypted interface: set EMAY_GATEWAY_SECURE=yes';
  if (needs === 'sending' && !settings.maySend) {
    return 'it sends or pulls: set EMAY_GATEWAY_MAY_SEND=yes and EMAY_GATEWAY_MOBILES';
  }
  if (needs === 'closed-account' && !settings.closedAccount) {
    return 'it needs an account that does not admit this machine: set EMAY_GATEWAY_CLOSED_*';
  }
  return undefined;
}
