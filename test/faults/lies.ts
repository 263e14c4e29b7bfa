import type { AccountSettings, CallName, Fault, FaultConditions, FaultOrder } from 'emay-ims-simulator';
import type { Random } from './random.js';

/** `isLasting`: it is told to all that come. */
type Lie = Fault & FaultConditions & { isLasting?: boolean };
type Liar = (random: Random) => Lie;

const SENDS: CallName[] = ['sendSingleIMS', 'sendBatchIMS', 'sendPersonalityIMS'];
const BATCHES: CallName[] = ['sendBatchIMS', 'sendPersonalityIMS'];
const REPORTS = 'getIMSReport';
/** More than a worker reads of an answer. */
const OVERSIZE_BYTES = 5 * 1024 * 1024;

const CHARSETS = ['utf-8', 'gb18030', 'utf-16'] as const;
const PACKINGS = ['none', 'gzip', 'deflate', 'deflate-raw', 'br'] as const;
const TELLS = ['truth', 'another', 'nothing'] as const;
const BREAKS = ['connection', 'body', 'close', 'chunk', 'stall'] as const;
const UNTRUE = ['twice', 'lower-case', 'cut', 'foreign', 'crossed', 'one-ims-id', 'others'] as const;
/** Nothing was accepted, whatever a client thinks of it. */
const HOLDING = [
  'ERROR_SIGN',
  'ERROR_APPID',
  'ERROR_CLIENT_IP',
  'ERROR_TIMESTAMP',
  'ERROR_BALANCE',
  'ERROR_OVER_SPEED',
];
/** Says nothing: the messages may have been taken or not. */
const DOUBTFUL = ['ERROR_PARAMS', 'ERROR_REQUEST_NO_VALID', 'ERROR_NOBODY_HAS_HEARD_OF'];

const encoded = (random: Random) => ({
  kind: 'encoded' as const,
  charset: random.pick(CHARSETS),
  declares: random.pick(TELLS),
  packing: random.pick(PACKINGS),
  announces: random.pick(TELLS),
});
const cut = (random: Random) => ({ percent: random.between(0, 99), breaks: random.pick(BREAKS) });

/** What a gateway, or somebody before it, may answer to messages. What it says without a doubt is true. */
const ABOUT_MESSAGES: Liar[] = [
  (random) => ({ kind: 'code', code: random.pick(DOUBTFUL), accept: random.chance(0.7) }),
  (random) => ({ kind: 'code', code: random.pick(DOUBTFUL), accept: random.chance(0.7), where: 'header' }),
  (random) => ({ kind: 'partly-accepted', count: random.size(299), code: random.pick(DOUBTFUL) }),
  (random) => ({ kind: 'code', code: random.pick(HOLDING), where: random.pick(['body', 'header']) }),
  // Halved, until each half succeeds.
  (random) => ({
    kind: 'code',
    code: random.pick(['ERROR_MOBILE_ERROR', 'ERROR_MOBILE_NUMBER']),
    on: BATCHES,
    times: 1,
  }),
  () => ({ kind: 'result-header' }),
  () => ({ kind: 'reset-before' }),
  () => ({ kind: 'reset-after' }),
  (random) => ({ kind: 'hang', accept: random.chance(0.7) }),
  (random) => ({ kind: 'delay', ms: random.between(100, 4_000), before: random.pick(['answer', 'acceptance']) }),
  () => ({ kind: 'drip', intervalMs: 1 }),
  (random) => ({ kind: 'truncate', ...cut(random) }),
  (random) => ({ ...encoded(random), ...(random.chance(0.5) ? cut(random) : {}) }),
  (random) => ({ kind: 'html', status: random.pick([200, 403, 502]), accept: random.chance(0.5) }),
  (random) => ({ kind: 'status', status: random.pick([401, 404, 500, 502, 503]), accept: random.chance(0.5) }),
  (random) => ({ kind: 'redirect', status: random.pick([301, 302, 307]), accept: random.chance(0.5) }),
  () => ({ kind: 'oversize', bytes: OVERSIZE_BYTES }),
  () => ({ kind: 'compressed-bomb', bytes: OVERSIZE_BYTES }),
  (random) => ({ kind: 'missing-entries', count: random.size(300) }),
  () => ({ kind: 'reordered-entries' }),
  (random) => ({ kind: 'stranger-entries', count: random.size(300) }),
  (random) => ({ kind: 'untrue-entries', what: random.pick(UNTRUE) }),
  () => ({ kind: 'numeric-ids' }),
  () => ({ kind: 'clock-skew' }),
];

/** What it may make of the reports of messages: the answer is as it should be. */
const OF_REPORTS_TO_COME: Liar[] = [
  (random) => ({ kind: 'early-reports', answerAfterMs: random.between(100, 1_500) }),
  (random) => ({ kind: 'late-reports', byMs: random.between(500, 3_000) }),
  (random) => ({ kind: 'duplicate-reports', count: random.between(1, 3), byMs: random.between(0, 1_000) }),
  (random) => ({ kind: 'conflicting-reports', byMs: random.between(0, 1_000) }),
  // Not with an id and a number of ours: such a report is about our message, whoever has sent it.
  (random) => ({
    kind: 'stranger-reports',
    count: random.size(50),
    ...random.pick([
      { ids: 'theirs', numbers: 'ours' },
      { ids: 'theirs', numbers: 'theirs' },
      { ids: 'ours', numbers: 'theirs' },
      { ids: 'none', numbers: 'ours' },
    ]),
  }),
];

/**
 * What it may answer to a call for reports. A listed code that comes although reports have left the queue is not among
 * them: who gets it can know of none.
 */
const ABOUT_REPORTS: Liar[] = [
  (random) => ({
    kind: 'code',
    code: random.pick(['ERROR_OVER_SPEED', 'ERROR_PARAMS', 'ERROR_SIGN']),
    isLasting: true,
  }),
  (random) => ({ kind: 'code', code: 'ERROR_NOBODY_HAS_HEARD_OF', accept: random.chance(0.5) }),
  (random) => ({ kind: 'returned-page', answer: random.pick(['whole', 'cut', 'reset', 'error']) }),
  (random) => ({ kind: 'returned-page', answer: 'whole', isLasting: random.chance(0.7) }),
  (random) => ({ kind: 'odd-reports', count: random.size(500) }),
  () => ({ kind: 'odd-reports', count: 500 }),
  (random) => ({ kind: 'malformed-reports', count: random.size(500) }),
  (random) => ({
    kind: 'absurd-page',
    shape: random.pick(['no-reports', 'ims-ids', 'text', 'deep', 'fields']),
    size: random.between(1_000, 60_000),
    place: random.pick(['behind', 'before']),
  }),
  (random) => ({ ...encoded(random), isLasting: random.chance(0.5) }),
  (random) => ({ ...encoded(random), ...cut(random) }),
  (random) => ({ kind: 'truncate', ...cut(random) }),
  () => ({ kind: 'gzip', isLasting: true }),
  () => ({ kind: 'compressed-bomb', bytes: 4 * OVERSIZE_BYTES }),
  () => ({ kind: 'oversize', bytes: OVERSIZE_BYTES }),
  () => ({ kind: 'numeric-ids' }),
  () => ({ kind: 'result-header' }),
  () => ({ kind: 'reset-after' }),
  () => ({ kind: 'reset-before' }),
  (random) => ({ kind: 'hang', accept: random.chance(0.5) }),
  (random) => ({ kind: 'delay', ms: random.between(100, 4_000), before: random.pick(['answer', 'acceptance']) }),
  (random) => ({ kind: 'html', status: random.pick([200, 502]), accept: random.chance(0.5) }),
  (random) => ({ kind: 'status', status: random.pick([404, 500, 502]), accept: random.chance(0.5) }),
  (random) => ({ kind: 'redirect', accept: random.chance(0.5) }),
  (random) => ({ kind: 'clock-skew', ms: random.pick([-3_600_000, 900_000]) }),
  (random) => ({ kind: 'stranger-entries', count: random.size(500) }),
  () => ({ kind: 'untrue-entries', what: 'twice' }),
  () => ({ kind: 'reordered-entries' }),
];

/** Switches of the account. */
const OF_THE_ACCOUNT: AccountSettings[] = [{ outOfBalance: true }, { reports: 'held' }, { poisoned: true }];

/** What is told in one round: `orders` for the simulator, and `switches` of the account. */
export function drawLies(random: Random): { orders: FaultOrder[]; switches: AccountSettings } {
  const some = (least: number, most: number, makers: readonly Liar[], on: FaultConditions['on']) =>
    Array.from({ length: random.between(least, most) }, () => ({
      on,
      ...howOften(random.pick(makers)(random), random),
    }));
  const orders = [
    ...some(0, 3, ABOUT_MESSAGES, SENDS),
    ...some(0, 2, OF_REPORTS_TO_COME, SENDS),
    ...some(1, 4, ABOUT_REPORTS, REPORTS),
  ];
  return { orders, switches: random.chance(0.4) ? random.pick(OF_THE_ACCOUNT) : {} };
}

/** A few in a row, or now and then; what lasts, to all that come. Ends by itself where nobody is left to end it. */
function howOften({ isLasting = false, ...lie }: Lie, random: Random): FaultOrder {
  if (lie.times) return lie;
  const forMs = 10_000;
  if (isLasting) return { ...lie, forMs };
  return random.chance(0.5)
    ? { ...lie, times: random.between(1, 4) }
    : { ...lie, chance: random.pick([0.1, 0.3, 0.7]), forMs };
}
