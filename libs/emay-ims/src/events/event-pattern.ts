import {
  EMAY_IMS_EVENT_TYPES,
  type EmayImsEvent,
  type EmayImsEventMap,
  type EmayImsEventType,
} from './emay-ims-event.js';

/** One type of event, a family of them, or all. */
export type EmayImsEventPattern = EmayImsEventType | 'message.*' | 'report.*' | 'reports.*' | 'account.*' | '*';

/** What a listener for the pattern is called with. */
export type EmayImsEventFor<Pattern extends EmayImsEventPattern> = Pattern extends EmayImsEventType
  ? EmayImsEventMap[Pattern]
  : Pattern extends `${infer Family}.*`
    ? Extract<EmayImsEvent, { type: `${Family}.${string}` }>
    : EmayImsEvent;

/** The types that a pattern stands for: none, if it is misspelt or no text. */
export function typesOf(pattern: unknown): EmayImsEventType[] {
  if (typeof pattern !== 'string') return [];
  const isMeant = (type: EmayImsEventType) =>
    pattern === '*' || pattern === type || (pattern.endsWith('.*') && type.startsWith(pattern.slice(0, -1)));
  return EMAY_IMS_EVENT_TYPES.filter(isMeant);
}
