import type { ImsMessage } from './ims-message.entity.js';

/** One request's attempt: only who knows the token may settle the messages it carries. */
export interface Attempt {
  /** 32 characters, unique. */
  token: string;
  /** After this the messages count as unconfirmed: the request's deadline and what settling may take. */
  lastsMs: number;
}

/** What a request needs to know of a message that it carries. */
export interface ClaimedMessage extends Pick<ImsMessage, 'customImsId' | 'mobile' | 'content'> {
  /** How long it may still be sent, as of the claim, by the database's clock; `undefined`: for ever. */
  expiresInMs?: number | undefined;
}

/** What an attempt learned of one message. */
export interface MessageOutcome {
  customImsId: string;
  state: 'ACCEPTED' | 'REJECTED' | 'UNCONFIRMED';
  code: string | null;
  imsId: string | null;
  /** Kept of a message in doubt; of one that was accepted there is none. */
  rawAnswer: string | null;
}

/** A message that goes back into the queue: it provably was not accepted. */
export interface Release {
  customImsId: string;
  code: string | null;
  /** When the dispatcher may take it again; `null`: never by itself, it is held for its caller to send again. */
  dueInMs: number | null;
}
