import type { ImsMessage } from './ims-message.entity.js';

/** What a report says about one message: at most one for each message. */
export interface AppliedReport {
  customImsId: string;
  imsId: string | null;
  /** The number that it tells. */
  mobile: string | null;
  state: 'DELIVERED' | 'UNDELIVERABLE' | 'REJECTED' | 'UNKNOWN';
  /** The vendor's own word. */
  reportState: string;
  description: string | null;
  submitTime: Date | null;
  receiveTime: Date | null;
  /** The batch that it came in, where that is known. */
  page?: string | null | undefined;
}

/** As much of a message as matching a report takes. */
export type ReportedMessage = Pick<ImsMessage, 'customImsId' | 'imsId' | 'mobile' | 'state' | 'attempts'>;
