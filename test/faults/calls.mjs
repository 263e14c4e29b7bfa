import { seeded } from './random.mjs';

/** In every text of a run, and nowhere else: where it turns up, a text has leaked. */
export const TEXT_MARK = 'Zq7';

const KINDS = [
  [34, 'send'],
  [14, 'sendBatch'],
  [10, 'sendPersonalized'],
  [26, 'enqueue'],
  [4, 'enqueueStream'],
];
/** Needs a transaction of the host's own, so a server. */
const ON_SERVERS = [...KINDS, [12, 'order']];
const LARGEST = { send: 1, sendBatch: 700, sendPersonalized: 350, enqueue: 900, enqueueStream: 4_500, order: 30 };
/** Numbers whose reports come twice, contradict each other or come before the answer; all end DELIVERED. */
const ODD_ENDINGS = ['9999013', '9999014', '9999015', '9999016', '9999019', '9999020'];
const TWO_REPORTS = /99990(13|14|15)$/;

/**
 * Call number `number` of the caller `origin`, the same whenever and wherever it is asked for: a worker makes it, the
 * next life repeats it, and the judge knows what was promised without having been told.
 *
 * @param {{ seed: number, onServer: boolean }} stream
 * @param {string} origin
 * @param {number} number
 */
export function callOf({ seed, onServer }, origin, number) {
  const random = seeded(`${seed}/${origin}/${number}`);
  const kind = random.weighted(onServer ? ON_SERVERS : KINDS);
  const count = random.size(LARGEST[kind]);
  const sameText = kind === 'sendBatch' || (kind !== 'sendPersonalized' && random.chance(0.4));
  const messages = Array.from({ length: count }, (_, index) => ({
    customImsId: `f${origin}-${number}-${index}`,
    mobile: mobile(random),
    content: `${TEXT_MARK} ${origin}-${number}${sameText ? '' : `-${index}`} 你好 📦`,
    ...(kind !== 'sendBatch' && random.chance(0.1) ? { priority: random.between(0, 9) } : {}),
  }));
  return { origin, number, kind, messages, rollsBack: kind === 'order' && random.chance(0.25) };
}

/** How many delivery reports the simulator makes of a message to this number. */
export function reportsOf(number) {
  return TWO_REPORTS.test(number) ? 2 : 1;
}

function mobile(random) {
  if (random.chance(0.02)) return `+614${random.between(0, 3)}${random.pick(ODD_ENDINGS)}`;
  const last = random.chance(0.08) ? random.between(0, 40) : random.between(1_000, 8_999_999);
  return `+6142${String(last).padStart(7, '0')}`;
}
