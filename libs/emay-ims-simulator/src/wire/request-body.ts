import type { CallName } from './call-name.js';
import { isJsonObject, type JsonObject } from './json.js';

/** One recipient of a send call; an absent field is the empty text. */
export interface SendEntry {
  readonly mobile: string;
  readonly content: string;
  readonly customImsId: string;
}

/** A body whose fields all have the documented types. */
export interface RequestBody {
  readonly appId: string;
  readonly timestamp: string;
  readonly sign: string;
  /** Of the encrypted interface, as they came: they have answers of their own. */
  readonly requestTime: unknown;
  readonly requestValidPeriod: unknown;
  /** The recipients of a send call, empty for a report call. */
  readonly entries: readonly SendEntry[];
  /** The one text of a batch call, which is there without a recipient too. */
  readonly content: string | undefined;
  /** The page size of a report call. */
  readonly number: number | undefined;
}

class WrongType extends Error {}

/** Reads a body; `undefined` when it is not JSON or a field has not the documented type (ERROR_PARAMS). */
export function readRequestBody(call: CallName, json: string): RequestBody | undefined {
  try {
    const body = object(JSON.parse(json));
    return {
      appId: text(body.appId),
      timestamp: text(body.timestamp),
      sign: text(body.sign),
      requestTime: body.requestTime,
      requestValidPeriod: body.requestValidPeriod,
      entries: entriesOf(call, body),
      content: call === 'sendBatchIMS' ? text(body.content) : undefined,
      number: call === 'getIMSReport' ? integer(body.number) : undefined,
    };
  } catch (error) {
    if (error instanceof WrongType || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function entriesOf(call: CallName, body: JsonObject): SendEntry[] {
  switch (call) {
    case 'getIMSReport':
      return [];
    case 'sendSingleIMS':
      return [{ mobile: text(body.mobile), content: text(body.content), customImsId: text(body.customImsId) }];
    case 'sendBatchIMS': {
      const content = text(body.content);
      return list(body.imses).map((entry) => ({
        mobile: text(entry.mobile),
        content,
        customImsId: text(entry.customImsId),
      }));
    }
    default:
      return list(body.imses).map((entry) => ({
        mobile: text(entry.mobile),
        content: text(entry.content),
        // The parameter table of §2.3.1.2 spells it customImId, the example below it customImsId.
        customImsId: text(entry.customImsId ?? entry.customImId),
      }));
  }
}

function object(value: unknown): JsonObject {
  if (!isJsonObject(value)) throw new WrongType();
  return value;
}

function list(value: unknown): JsonObject[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new WrongType();
  return value.map(object);
}

function text(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') throw new WrongType();
  return value;
}

function integer(value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value)) throw new WrongType();
  return value;
}
