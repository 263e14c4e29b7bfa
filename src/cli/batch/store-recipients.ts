import type { ImsMessage } from 'nestjs-emay-ims';
import { Between, In } from 'typeorm';
import { errorCode } from '../error-code.js';
import type { Gateway } from '../gateway.js';
import type { Campaign } from './campaign.js';
import { inChunks } from './chunks.js';
import type { FailuresFile } from './failures-file.js';
import { ACCOUNT } from './message-counts.js';
import { isSameMessage, textIdentity } from './message-text.js';
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
 * - Where the reading is stopped, a chunk that has not come in whole is left to the next run, and the failures file without its name.
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
    await failures.finish();
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
  const isOwner = isSameMessage(message, distinct.get(message.customImsId));
  return taken.has(message.customImsId) || !isOwner ? ID_TAKEN : null;
}

/**
 * Stores what is not there yet, durably, for the dispatcher of this process or of the service.
 *
 * @param campaign whose messages count as there under whatever id: versions before gave some names and texts other ids
 */
export function keepInQueue({ ims, messages }: Pick<Gateway, 'ims' | 'messages'>, campaign: Campaign | null): Keep {
  const select = { customImsId: true, mobile: true, content: true, state: true, dueAt: true } as const;
  const ofCampaign =
    campaign?.idRanges.map(({ first, last }) => ({ account: ACCOUNT, customImsId: Between(first, last) })) ?? null;
  let isBegun: boolean | null = null;
  return async (wanted) => {
    const ids = wanted.map(({ customImsId }) => customImsId);
    const byId = new Map(
      (await messages.find({ select, where: { account: ACCOUNT, customImsId: In(ids) } })).map((message) => [
        message.customImsId,
        message,
      ]),
    );
    isBegun ??= ofCampaign !== null && (await messages.existsBy(ofCampaign));
    const missing = wanted.filter(({ customImsId }) => !byId.has(customImsId)).map(({ mobile }) => mobile);
    const earlier =
      isBegun && ofCampaign && missing.length > 0
        ? await messages.find({ select, where: ofCampaign.map((range) => ({ ...range, mobile: In(missing) })) })
        : [];
    const byText = new Map(earlier.map((message) => [payloadOf(message), message]));

    const known = new Set<string>();
    const taken = new Set<string>();
    const toStore: IdentifiedMessage[] = [];
    for (const message of wanted) {
      const there = byId.get(message.customImsId) ?? byText.get(payloadOf(message));
      if (!there) toStore.push(message);
      else if (!isSameMessage(message, there)) taken.add(message.customImsId);
      else if (!isHeld(there)) known.add(message.customImsId);
      // As it stands there: to the store another spelling of the text is another text.
      else toStore.push({ ...message, customImsId: there.customImsId, content: there.content });
    }
    await ims.enqueueStream(toStore);
    return { known, taken };
  };
}

/** Checks alone: nothing is stored, so nothing is known. */
export const keepNothing: Keep = () => Promise.resolve({ known: new Set(), taken: new Set() });

/** A `send` that did not reach the gateway has left it: nobody sends it until it is stored once more. */
function isHeld({ state, dueAt }: ImsMessage): boolean {
  return state === 'QUEUED' && dueAt === null;
}

function payloadOf({ mobile, content }: { mobile: string; content: string }): string {
  return `${mobile} ${textIdentity(content)}`;
}
