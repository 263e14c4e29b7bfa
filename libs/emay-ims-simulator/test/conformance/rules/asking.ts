import assert from 'node:assert/strict';
import type { Call, Fields, GatewayUnderTest } from '../gateway-under-test.js';

/** No gateway can send to it, so a request that names nothing else costs nothing, whatever the gateway makes of it. */
export const BAD_NUMBER = '12345';

export const LONG_ID = 'i'.repeat(33);
export const LONGEST_ID = 'i'.repeat(32);
export const TEXT = 'Hello';
export const LONG_TEXT = 'x'.repeat(501);
export const LONGEST_TEXT = 'x'.repeat(500);
/** One character each, two UTF-16 units. */
export const LONG_ASTRAL_TEXT = '😀'.repeat(251);
export const LONGEST_ASTRAL_TEXT = '😀'.repeat(250);

export type BatchCall = 'sendBatchIMS' | 'sendPersonalityIMS';
export const BATCH_CALLS: readonly BatchCall[] = ['sendBatchIMS', 'sendPersonalityIMS'];

/** The fields of a batch with one text for all: in the document's shape for either call. */
export function batch(call: BatchCall, entries: readonly Fields[], content: unknown = TEXT): Fields {
  return call === 'sendBatchIMS'
    ? { content, imses: entries }
    : { imses: entries.map((entry) => ({ content, ...entry })) };
}

/** What a call of each kind carries, with no number that a message could go to. */
export const HARMLESS: Readonly<Record<Call, Fields>> = {
  sendSingleIMS: { mobile: BAD_NUMBER, content: TEXT },
  sendBatchIMS: batch('sendBatchIMS', [{ mobile: BAD_NUMBER }]),
  sendPersonalityIMS: batch('sendPersonalityIMS', [{ mobile: BAD_NUMBER }]),
  getIMSReport: { number: 1 },
};

/** Checks what a signed call with these fields is answered. */
export async function mustAnswer(gateway: GatewayUnderTest, code: string, call: Call, fields: Fields): Promise<void> {
  assert.equal(await gateway.code(call, gateway.signed(fields)), code);
}

/** Sends a batch that must be accepted, and returns the entries of its answer. */
export async function sendBatch(
  gateway: GatewayUnderTest,
  call: BatchCall,
  entries: readonly Fields[],
  content: unknown = TEXT,
): Promise<Fields[]> {
  const data = await gateway.data(call, batch(call, entries, content));
  assert(Array.isArray(data), `data is no array: ${JSON.stringify(data)}`);
  return data;
}
