import { type Random, seeded } from './random.js';

/** In every text of a run, and nowhere else: where it turns up, a text has leaked. */
export const TEXT_MARK = 'Zq7';

export type CallKind = keyof typeof LARGEST;

export interface CallMessage {
  readonly customImsId?: string;
  readonly mobile: string;
  readonly content: string;
  readonly priority?: number;
  readonly expiresInMs?: number;
}

/** What the calls of a run come from. */
export interface CallStream {
  readonly seed: number;
  /** There are transactions of the host's own. */
  readonly onServer: boolean;
  /** Messages may have an end of their own. */
  readonly expiring?: boolean;
}

export interface Call {
  readonly origin: string;
  readonly number: number;
  readonly kind: CallKind;
  /** No ids, so nobody but the error's `retryable` says whether it may be made again; each number once. */
  readonly isAnonymous: boolean;
  readonly messages: readonly CallMessage[];
  readonly rollsBack: boolean;
}

type Weighted = [[weight: number, kind: CallKind], ...[weight: number, kind: CallKind][]];

const KINDS: Weighted = [
  [34, 'send'],
  [14, 'sendBatch'],
  [10, 'sendPersonalized'],
  [26, 'enqueue'],
  [4, 'enqueueStream'],
  [6, 'fallback'],
  [4, 'conflict'],
];
/** Need a transaction of the host's own, so a server. */
const ON_SERVERS: Weighted = [...KINDS, [12, 'order'], [6, 'fallbackInOrder'], [4, 'conflictInOrder']];
const LARGEST = {
  send: 1,
  sendBatch: 700,
  sendPersonalized: 350,
  enqueue: 900,
  enqueueStream: 4_500,
  order: 30,
  fallback: 1,
  fallbackInOrder: 1,
  conflict: 3,
  conflictInOrder: 3,
};
/** Calls that people make without an id of their own, and then know nothing of a message but its number and its text. */
const MAY_BE_ANONYMOUS = new Set<CallKind>(['send', 'sendBatch', 'sendPersonalized', 'enqueue']);
/** Calls whose messages may have an end of their own. */
const MAY_EXPIRE = new Set<CallKind>(['send', 'sendPersonalized', 'enqueue', 'enqueueStream']);
/** Numbers whose reports come twice, contradict each other or come before the answer; all end DELIVERED. */
const ODD_ENDINGS = ['9999013', '9999014', '9999015', '9999016', '9999019', '9999020'];

/** What several callers ask for at once: the same call, by the same ids. */
export const TWINS = 't';

/**
 * Call number `number` of the caller `origin`, the same whenever and wherever it is asked for: a worker makes it, the
 * next life repeats it, and the judge knows what was promised without having been told.
 */
export function callOf({ seed, onServer, expiring = false }: CallStream, origin: string, number: number): Call {
  const random = seeded(`${seed}/${origin}/${number}`);
  const kind = random.weighted(onServer ? ON_SERVERS : KINDS);
  const count = random.size(LARGEST[kind]);
  const sameText = kind === 'sendBatch' || (kind !== 'sendPersonalized' && random.chance(0.4));
  const isAnonymous = MAY_BE_ANONYMOUS.has(kind) && origin !== TWINS && random.chance(0.25);
  const expires = expiring && MAY_EXPIRE.has(kind);
  const messages = Array.from({ length: count }, (_, index) => ({
    ...(isAnonymous ? {} : { customImsId: `f${origin}-${number}-${index}` }),
    mobile: mobile(random),
    content: `${TEXT_MARK} ${origin}-${number}${sameText ? '' : `-${index}`} 你好 📦`,
    ...(kind !== 'sendBatch' && random.chance(0.1) ? { priority: random.between(0, 9) } : {}),
    ...(expires && random.chance(0.7) ? { expiresInMs: random.between(500, 8_000) } : {}),
  }));
  return {
    origin,
    number,
    kind,
    isAnonymous,
    messages: isAnonymous ? firstToEachNumber(messages) : messages,
    rollsBack: kind === 'order' && random.chance(0.25),
  };
}

function mobile(random: Random) {
  if (random.chance(0.02)) return `+614${random.between(0, 3)}${random.pick(ODD_ENDINGS)}`;
  const last = random.chance(0.08) ? random.between(0, 40) : random.between(1_000, 8_999_999);
  return `+6142${String(last).padStart(7, '0')}`;
}

function firstToEachNumber(messages: readonly CallMessage[]) {
  return [...new Map(messages.toReversed().map((message) => [message.mobile, message])).values()].toReversed();
}
