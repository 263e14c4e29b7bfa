import type { EmptyBatch } from '../options.js';
import type { Refusal } from '../wire/answer-code.js';
import { isMobile } from '../wire/mobile.js';
import type { RequestBody, SendEntry } from '../wire/request-body.js';

export interface BatchRules {
  readonly maxContentLength: number;
  readonly emptyBatch: EmptyBatch;
}

const MAX_RECIPIENTS = 300;
const MAX_CUSTOM_IMS_ID_LENGTH = 32;

/** §2.1, in the gateway's order: the number, the text, the id. */
export function checkSingle(entry: SendEntry, maxContentLength: number): Refusal {
  const mobile = trimmed(entry.mobile);
  if (mobile === '') return 'ERROR_MOBILE_EMPTY';
  if (!isMobile(mobile)) return 'ERROR_MOBILE_ERROR';
  return checkContent(entry, maxContentLength) ?? checkCustomImsId(entry);
}

/** §2.2 and §2.3, in the gateway's order: the list, the texts, the ids, and last whether any number is good. */
export function checkBatch(
  { entries, content }: Pick<RequestBody, 'entries' | 'content'>,
  { maxContentLength, emptyBatch }: BatchRules,
): Refusal {
  if (emptyBatch === 'content-first' && content !== undefined) {
    const refusal = checkContent({ content }, maxContentLength);
    if (refusal) return refusal;
  }
  if (entries.length === 0) return emptyBatch === 'params' ? 'ERROR_PARAMS' : 'ERROR_MOBILE_EMPTY';
  if (entries.length > MAX_RECIPIENTS) return 'ERROR_MOBILE_NUMBER';
  return (
    first(entries, (entry) => checkContent(entry, maxContentLength)) ??
    first(entries, checkCustomImsId) ??
    (entries.some((entry) => isMobile(trimmed(entry.mobile))) ? undefined : 'ERROR_MOBILE_ERROR')
  );
}

/** As Java's `trim` does, in which the gateway seems to be written (assumed): nothing above U+0020 is a blank to it. */
function trimmed(mobile: string): string {
  // oxlint-disable-next-line no-control-regex -- they are what is trimmed
  return mobile.replace(/^[\0-\x20]+|[\0-\x20]+$/g, '');
}

function checkContent({ content }: Pick<SendEntry, 'content'>, maxContentLength: number): Refusal {
  if (content === '') return 'ERROR_CONTENT_EMPTY';
  return content.length > maxContentLength ? 'ERROR_LONG_CONTENT' : undefined;
}

function checkCustomImsId({ customImsId }: SendEntry): Refusal {
  return customImsId.length > MAX_CUSTOM_IMS_ID_LENGTH ? 'ERROR_CUSTOM_IMSID' : undefined;
}

function first(entries: readonly SendEntry[], check: (entry: SendEntry) => Refusal): Refusal {
  for (const entry of entries) {
    const refusal = check(entry);
    if (refusal) return refusal;
  }
  return undefined;
}
