import { idsOf, newAccount, newMessage, type StoreBench } from './store-bench.js';

/** Messages of the account that statements are measured on. */
export const CROWD = 50_000;
const ROWS_PER_STATEMENT = 1_000;

/** A large account: most messages have come to an end, some wait, few are under way. */
export interface Crowd {
  account: string;
  /** Of messages spread over the whole account. */
  ids: string[];
  imsIds: string[];
  /** Of the same messages. */
  mobiles: string[];
  token: string;
  due: number;
  held: number;
  abandoned: number;
  overdue: number;
}

/** Which messages of the account are to be in which state, by their serial number. */
const SLICES = [
  { name: 'due', from: 0, to: 1_000, state: 'QUEUED', set: 'due_at = 1' },
  { name: 'held', from: 1_000, to: 1_050, state: 'QUEUED', set: 'due_at = NULL, submitted_at = 1' },
  { name: 'abandoned', from: 2_000, to: 2_050, state: 'SUBMITTING', set: 'due_at = 1' },
  {
    name: 'under way',
    from: 2_050,
    to: 4_000,
    state: 'SUBMITTING',
    set: 'due_at = 8000000000000',
  },
  { name: 'overdue', from: 4_000, to: 4_050, state: 'ACCEPTED', set: 'due_at = 1' },
  {
    name: 'accepted',
    from: 4_050,
    to: 12_000,
    state: 'ACCEPTED',
    set: 'due_at = 8000000000000',
  },
  { name: 'delivered', from: 12_000, to: CROWD, state: 'DELIVERED', set: 'due_at = NULL' },
] as const;

export async function crowd(bench: StoreBench): Promise<Crowd> {
  const store = bench.store(newAccount());
  const token = 'a'.repeat(32);
  const messages = Array.from({ length: CROWD }, (_, serial) =>
    newMessage({
      customImsId: String(serial).padStart(8, '0'),
      priority: serial % 4,
      // The rest of what is queued is for later: most of a queue may be.
      sendAt: serial >= 1_050 && serial < 2_000 ? new Date(8_000_000_000_000) : null,
    }),
  );
  for (let start = 0; start < CROWD; start += ROWS_PER_STATEMENT) {
    await bench.enqueue(store, messages.slice(start, start + ROWS_PER_STATEMENT));
  }
  for (const { from, to, state, set } of SLICES) {
    await bench.database.run(
      `UPDATE emay_ims_message SET state = '${state}', ${set}, attempt = ?, ims_id = REPLACE('ims-x', 'x', custom_ims_id)
       WHERE account = ? AND custom_ims_id >= ? AND custom_ims_id < ?`,
      [token, store.account, String(from).padStart(8, '0'), String(to).padStart(8, '0')],
    );
  }
  await bench.relist(store);
  // The servers do so by themselves, sooner or later; SQLite does when somebody asks for it.
  if (bench.database.dialect.name === 'mysql') await bench.database.rows('ANALYZE TABLE emay_ims_message');
  if (bench.database.dialect.name === 'postgres') await bench.database.rows('ANALYZE');
  const ids = idsOf(messages).filter((_, serial) => serial % 100 === 7);
  return {
    account: store.account,
    ids,
    imsIds: ids.map((id) => `ims-${id}`),
    mobiles: messages.filter((_, serial) => serial % 100 === 7).map(({ mobile }) => mobile),
    token,
    due: size('due'),
    held: size('held'),
    abandoned: size('abandoned'),
    overdue: size('overdue'),
  };
}

function size(name: (typeof SLICES)[number]['name']): number {
  return SLICES.filter((slice) => slice.name === name).reduce((sum, { from, to }) => sum + to - from, 0);
}
