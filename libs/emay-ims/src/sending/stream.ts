import { EmayImsValidationError, type ImsViolation } from '../errors/emay-ims-errors.js';
import type { IdentifiedMessages } from '../messages/message-identity.js';

/** Messages stored together. Ten full requests: enough to keep the dispatcher busy, little enough to hold. */
const CHUNK = 3_000;
const KEPT_VIOLATIONS = 1_000;

/** How far an `enqueueStream` has come. */
export interface EnqueueSummary {
  /** Messages taken from the source. */
  received: number;
  /** Of these, stored now or, for an id that was there already, before. */
  stored: number;
  /** Of these, left out. */
  invalid: number;
  /** Why, for the first 1,000; `index` counts from the start of the source. */
  violations: ImsViolation[];
}

/** How `enqueueStream` stores. */
export interface EnqueueStreamOptions {
  /** Called after each chunk has been stored. */
  onProgress?: (summary: Readonly<EnqueueSummary>) => void;
  /**
   * `throw` (default) ends at the first chunk with an unacceptable message: that chunk is not stored, those before it
   * are. `skip` leaves such messages out.
   */
  onInvalid?: 'throw' | 'skip';
}

/** What storing a chunk takes. */
export interface ChunkTarget<Message> {
  read(messages: Message[], firstIndex: number): IdentifiedMessages & { violations: ImsViolation[] };
  store(messages: IdentifiedMessages): Promise<void>;
}

/** Takes from the source only what fits into a chunk, so a source of any size needs no more memory than a small one. */
export async function enqueueFrom<Message>(
  source: AsyncIterable<Message> | Iterable<Message>,
  { onProgress, onInvalid = 'throw' }: EnqueueStreamOptions,
  target: ChunkTarget<Message>,
): Promise<EnqueueSummary> {
  const summary: EnqueueSummary = { received: 0, stored: 0, invalid: 0, violations: [] };
  let chunk: Message[] = [];
  const flush = async () => {
    const read = target.read(chunk, summary.received);
    if (read.violations.length > 0 && onInvalid === 'throw') throw new EmayImsValidationError(read.violations);
    await target.store(read);
    summary.received += chunk.length;
    summary.stored += read.messages.length;
    summary.invalid += chunk.length - read.messages.length;
    const room = KEPT_VIOLATIONS - summary.violations.length;
    summary.violations.push(...read.violations.slice(0, room));
    chunk = [];
    onProgress?.({ ...summary });
  };
  for await (const message of source) {
    chunk.push(message);
    if (chunk.length === CHUNK) await flush();
  }
  if (chunk.length > 0) await flush();
  return summary;
}
