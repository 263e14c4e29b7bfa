import { EmayImsValidationError, type ImsViolation } from '../errors/emay-ims-errors.js';
import type { IdentifiedMessages } from '../messages/message-identity.js';

/** Messages stored together: more than three requests' worth keeps the dispatcher busy. Why not more: see docs/performance-internals.md. */
const CHUNK = 1_000;
const KEPT_VIOLATIONS = 1_000;

/** How far an `enqueueStream` has come. */
export interface EnqueueSummary {
  /** Messages taken from the source. */
  received: number;
  /** Of these, stored now, or before under the same id. */
  stored: number;
  /** Of these, left out. */
  invalid: number;
  /** Why, for the first 1,000; `index` counts from the start of the source. */
  violations: ImsViolation[];
}

/** How `enqueueStream` stores. */
export interface EnqueueStreamOptions {
  /** Called after each chunk has been stored. */
  onProgress?: ((summary: Readonly<EnqueueSummary>) => void) | undefined;
  /**
   * `throw` (default) ends at the first chunk with an unacceptable message: that chunk is not stored, those before it
   * are. `skip` leaves such messages out.
   */
  onInvalid?: 'throw' | 'skip' | undefined;
}

/** The messages of one chunk. */
export interface Chunk<Message> extends IdentifiedMessages {
  readonly violations: ImsViolation[];
  read(message: Message, index: number): void;
}

/** Where `enqueueFrom` stores chunks. */
export interface ChunkTarget<Message> {
  newChunk(): Chunk<Message>;
  store(messages: IdentifiedMessages): Promise<void>;
}

/** Reads the source chunk by chunk, so its size does not affect memory. */
export async function enqueueFrom<Message>(
  source: AsyncIterable<Message> | Iterable<Message>,
  { onProgress, onInvalid = 'throw' }: EnqueueStreamOptions,
  target: ChunkTarget<Message>,
): Promise<EnqueueSummary> {
  const summary: EnqueueSummary = { received: 0, stored: 0, invalid: 0, violations: [] };
  let chunk = target.newChunk();
  let size = 0;
  const flush = async () => {
    const { messages, violations } = chunk;
    if (violations.length > 0 && onInvalid === 'throw') throw new EmayImsValidationError(violations);
    await target.store(chunk);
    summary.received += size;
    summary.stored += messages.length;
    summary.invalid += size - messages.length;
    const room = KEPT_VIOLATIONS - summary.violations.length;
    summary.violations.push(...violations.slice(0, room));
    chunk = target.newChunk();
    size = 0;
    onProgress?.({ ...summary });
  };
  for await (const message of source) {
    chunk.read(message, summary.received + size);
    size++;
    if (size === CHUNK) await flush();
  }
  if (size > 0) await flush();
  return summary;
}
