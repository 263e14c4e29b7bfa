import type { AcceptedMessage } from '../oracle/records.js';

/** The messages that were accepted before: by their customImsId, and those without one by number and text. */
export function repeatsOf(messages: readonly AcceptedMessage[]): AcceptedMessage[] {
  const seen = new Set<string>();
  return messages.filter(({ appId, customImsId, mobile, content }) => {
    const key = JSON.stringify([appId, ...(customImsId === undefined ? [mobile, content] : [customImsId])]);
    if (seen.has(key)) return true;
    seen.add(key);
    return false;
  });
}
