import type { SendCallName } from '../wire/call-name.js';
import type { AcceptedMessage } from './records.js';

/** A send call that was accepted: what its messages share is kept once. */
export interface AcceptedCall {
  readonly appId: string;
  readonly call: SendCallName;
  readonly requestId: string;
  readonly acceptedAt: number;
  /** Writes the id of a message from its place. */
  readonly imsIdAt: (place: number) => string;
}

/**
 * A message as the queue and the history keep it. A million of them wait at the default limits, and most of what a call
 * costs is the memory that it leaves behind: so there are no fields to spare, and an id is written when it is asked for.
 */
export class KeptMessage {
  constructor(
    private readonly accepted: AcceptedCall,
    private readonly place: number,
    readonly mobile: string,
    private readonly content: string,
    readonly customImsId: string | undefined,
  ) {}

  get imsId(): string {
    return this.accepted.imsIdAt(this.place);
  }

  get acceptedAt(): number {
    return this.accepted.acceptedAt;
  }

  toRecord(): AcceptedMessage {
    const { imsId, customImsId, mobile, content } = this;
    const { appId, acceptedAt, requestId, call } = this.accepted;
    return customImsId === undefined
      ? { appId, imsId, mobile, content, acceptedAt, requestId, call }
      : { appId, imsId, customImsId, mobile, content, acceptedAt, requestId, call };
  }
}
