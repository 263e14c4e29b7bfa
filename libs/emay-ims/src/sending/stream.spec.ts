import { describe, expect, it } from '@jest/globals';
import { EmayImsValidationError } from '../errors/emay-ims-errors.js';
import { enqueueFrom, type EnqueueSummary } from './stream.js';

/** Numbers as messages; negative ones are not acceptable. */
function target() {
  const chunks: number[] = [];
  return {
    chunks,
    read: (messages: number[], firstIndex: number) => ({
      messages: messages.filter((message) => message >= 0) as never[],
      givenIds: new Set<string>(),
      violations: messages.flatMap((message, index) =>
        message < 0 ? [{ index: firstIndex + index, property: 'mobile', message: 'wrong' }] : [],
      ),
    }),
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
    const summary = await enqueueFrom(upTo(7_000), { onProgress: (progress) => seen.push({ ...progress }) }, into);
    expect(into.chunks).toEqual([3_000, 3_000, 1_000]);
    expect(seen.map(({ stored }) => stored)).toEqual([3_000, 6_000, 7_000]);
    expect(summary).toEqual({ received: 7_000, stored: 7_000, invalid: 0, violations: [] });
  });

  it('takes an ordinary list, and nothing at all', async () => {
    expect(await enqueueFrom([1, 2, 3], {}, target())).toMatchObject({ received: 3, stored: 3 });
    expect(await enqueueFrom([], {}, target())).toMatchObject({ received: 0, stored: 0 });
  });

  it('ends at the first chunk with an unacceptable message; those before are stored', async () => {
    const into = target();
    const attempt = enqueueFrom(upTo(7_000, [4_000]), {}, into);
    await expect(attempt).rejects.toThrow(EmayImsValidationError);
    await expect(attempt).rejects.toMatchObject({ violations: [{ index: 4_000 }] });
    expect(into.chunks).toEqual([3_000]);
  });

  it('leaves unacceptable messages out where it is told to, and says which', async () => {
    const into = target();
    const summary = await enqueueFrom(upTo(3_001, [1, 3_000]), { onInvalid: 'skip' }, into);
    expect(summary).toMatchObject({ received: 3_001, stored: 2_999, invalid: 2 });
    expect(summary.violations.map(({ index }) => index)).toEqual([1, 3_000]);
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
    expect(asked).toBe(3_000);
  });
});
