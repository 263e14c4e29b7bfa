import { expect } from '@jest/globals';
import type { SendOutcome } from '../../../libs/emay-ims/src/client/index.js';

/** An outcome in doubt is one that every database can store, with a reason; no answer of this test takes too long. */
export function expectStorable(outcome: SendOutcome): void {
  if (outcome.kind !== 'unconfirmed') return;
  expect(outcome.reason).toMatch(/^.{1,64}$/su);
  expect(outcome.reason).not.toBe('TIMEOUT');
  const { rawAnswer } = outcome;
  if (rawAnswer === null) return;
  expect(rawAnswer.length).toBeLessThanOrEqual(1_000);
  expect(rawAnswer.isWellFormed() && !rawAnswer.includes('\0')).toBe(true);
}
