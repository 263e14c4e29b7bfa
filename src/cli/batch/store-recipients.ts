import type { ImsMessage } from 'nestjs-emay-ims';
import { In } from 'typeorm';
import { errorCode } from '../error-code.js';
import type { Gateway } from '../gateway.js';
import { inChunks } from './chunks.js';
import type { FailuresFile } from './failures-file.js';
import { ACCOUNT } from './message-counts.js';
import type { IdentifiedMessage, Recipient } from './recipients.js';

/** What became of the rows. */
export interface StoredRows {
  rows: number;
  /** Stored now, to be sent; or left behind by a `send` that did not reach the gateway, and taken up. */
  stored: number;
  /** There before, from an earlier row or run, with the same number and text: not sent again. */
  repeated: number;
  /** In the failures file. */
  failed: number;
}

/** Keeps the messages of a chunk, each id once; resolves to those that were there before. */
export type Keep = (messages: readonly IdentifiedMessage[]) => Promise<KeptMessages>;

/** What was found as the messages of a chunk were kept. */
export interface KeptMessages {
  /** Ids that were there already, with the same number and text. */
  known: ReadonlySet<string>;
  /** Ids that belong to another message. */
  taken: ReadonlySet<string>;
}

/** Rows in one transaction. */
const CHUNK = 3_000;
const ID_TAKEN = 'its id belongs to a message with another number or text';

/**
 * Takes every row to where it belongs, chunk by chunk in flat memory: into the queue, or into the failures file.
 *
 * - Where the reading is stopped, a chunk that has not come in whole is left to the next run.
 */
export async function storeRecipients(
  recipients: AsyncIterable<Recipient>,
  failures: FailuresFile,
  keep: Keep,
  onProgress: (soFar: StoredRows) => void,
): Promise<StoredRows> {
  const total: StoredRows = { rows: 0, stored: 0, repeated: 0, failed: 0 };
  try {
    for await (const chunk of inChunks(recipients, CHUNK)) {
      const distinct = new Map<string, IdentifiedMessage>();
      for (const recipient of chunk) {
        if (!('message' in recipient)) continue;
        const { message } = recipient;
        if (!distinct.has(message.customImsId)) distinct.set(message.customImsId, message);
      }
      const { known, taken } = await keep([...distinct.values()]);
      for (const recipient of chunk) {
        const problem = problemWith(recipient, distinct, taken);
        if (problem !== null) await failures.add(recipient.row, problem);
      }
      total.rows += chunk.length;
      total.stored += distinct.size - known.size - taken.size;
      total.failed = failures.count;
      total.repeated = total.rows - total.stored - total.failed;
      onProgress({ ...total });
    }
  } catch (error) {
    if (errorCode(error) !== 'ABORT_ERR') throw error;
  }
  return total;
}

function problemWith(
  recipient: Recipient,
  distinct: ReadonlyMap<string, IdentifiedMessage>,
  taken: ReadonlySet<string>,
): string | null {
  if ('problem' in recipient) return recipient.problem;
  const { message } = recipient;
  const isOwner = isSame(message, distinct.get(message.customImsId));
  return taken.has(message.customImsId) || !isOwner ? ID_TAKEN : null;
}

/** Stores what is not there yet, durably, for the dispatcher of this process or of the service. */
export function keepInQueue({ ims, messages }: Pick<Gateway, 'ims' | 'messages'>): Keep {
  return async (wanted) => {
    const stored = await messages.find({
      select: { customImsId: true, mobile: true, content: true, state: true, dueAt: true },
      where: { account: ACCOUNT, customImsId: In(wanted.map(({ customImsId }) => customImsId)) },
    });
    const byId = new Map(stored.map((message) => [message.customImsId, message]));
    const known = new Set<string>();
    const taken = new Set<string>();
    for (const message of wanted) {
      const there = byId.get(message.customImsId);
      if (there && !isSame(message, there)) taken.add(there.customImsId);
      else if (there && !isHeld(there)) known.add(there.customImsId);
    }
    await ims.enqueueStream(wanted.filter(({ customImsId }) => !known.has(customImsId) && !taken.has(customImsId)));
    return { known, taken };
  };
}

/** Checks alone: nothing is stored, so nothing is known. */
export const keepNothing: Keep = () => Promise.resolve({ known: new Set(), taken: new Set() });

/** A `send` that did not reach the gateway has left it: nobody sends it until it is stored once more. */
function isHeld({ state, dueAt }: ImsMessage): boolean {
  return state === 'QUEUED' && dueAt === null;
}

type Payload = Pick<IdentifiedMessage, 'mobile' | 'content'>;

function isSame(one: Payload, other: Payload | undefined): boolean {
  return one.mobile === other?.mobile && one.content === other.content;
}
