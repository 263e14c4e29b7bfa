import { describe, expect, it } from '@jest/globals';
import { EmayImsValidationError, type ImsViolation } from '../errors/emay-ims-errors.js';
import { enqueueFrom, type EnqueueSummary } from './stream.js';

/** Numbers as messages; negative ones are not acceptable. */
function target() {
  const chunks: number[] = [];
  return {
    chunks,
    newChunk() {
      const read = { messages: [] as never[], givenIds: new Set<string>(), violations: [] as ImsViolation[] };
      return {
        ...read,
        read(message: number, index: number) {
          if (message < 0) read.violations.push({ index, property: 'mobile', message: 'wrong' });
          else read.messages.push(message as never);
        },
      };
    },
    store: async ({ messages }: { messages: unknown[] }) => void chunks.push(messages.length),
  };
}

async function* upTo(count: number, wrongAt: number[] = []): AsyncGenerator<number> {
  for (let index = 0; index < count; index++) yield wrongAt.includes(index) ? -1 : index;
}

describe('storing from a source of any size', () => {
  it('stores chunk by chunk and tells how far it has come', async () => {
    const seen: EnqueueSummary[] = [];
    const into = target();
    const summary = await enqueueFrom(upTo(2_500), { onProgress: (progress) => seen.push({ ...progress }) }, into);
    expect(into.chunks).toEqual([1_000, 1_000, 500]);
    expect(seen.map(({ stored }) => stored)).toEqual([1_000, 2_000, 2_500]);
    expect(summary).toEqual({ received: 2_500, stored: 2_500, invalid: 0, violations: [] });
  });

  it('takes an ordinary list, and nothing at all', async () => {
    expect(await enqueueFrom([1, 2, 3], {}, target())).toMatchObject({ received: 3, stored: 3 });
    expect(await enqueueFrom([], {}, target())).toMatchObject({ received: 0, stored: 0 });
  });

  it('ends at the first chunk with an unacceptable message; those before are stored', async () => {
    const into = target();
    const attempt = enqueueFrom(upTo(2_500, [1_400]), {}, into);
    await expect(attempt).rejects.toThrow(EmayImsValidationError);
    await expect(attempt).rejects.toMatchObject({ violations: [{ index: 1_400 }] });
    expect(into.chunks).toEqual([1_000]);
  });

  it('leaves unacceptable messages out where it is told to, and says which', async () => {
    const into = target();
    const summary = await enqueueFrom(upTo(1_001, [1, 1_000]), { onInvalid: 'skip' }, into);
    expect(summary).toMatchObject({ received: 1_001, stored: 999, invalid: 2 });
    expect(summary.violations.map(({ index }) => index)).toEqual([1, 1_000]);
  });

  it('asks the source for no more than it can store', async () => {
    let asked = 0;
    const counted = async function* () {
      for (;;) {
        asked++;
        yield asked;
      }
    };
    const into = { ...target(), store: () => Promise.reject(new Error('the database is away')) };
    await expect(enqueueFrom(counted(), {}, into)).rejects.toThrow('the database is away');
    expect(asked).toBe(1_000);
  });
});
