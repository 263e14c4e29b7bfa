import { gzipSync } from 'node:zlib';
import type { FaultDefinition } from './fault-definition.js';

/** The genuine answer compressed, whether or not the caller said that it can read that. */
export interface GzipFault {
  readonly kind: 'gzip';
}

export const gzip: FaultDefinition<GzipFault> = {
  meaning: 'the answer compressed without being asked',
  accepts: 'yes',
  fields: {},
  play(exchange) {
    const answer = exchange.accept();
    exchange.answerAs(gzipSync(exchange.bytesOf(answer)), answer, { 'Content-Encoding': 'gzip' });
  },
};
