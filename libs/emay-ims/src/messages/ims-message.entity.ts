import { Column, Entity, Index, PrimaryColumn, type ValueTransformer } from 'typeorm';
import type { ImsMessageState } from './message-state.js';

/** Times are stored as epoch milliseconds: a `DATETIME` read under another time zone would be hours off. */
export const epochMilliseconds: ValueTransformer = {
  to: (value: Date | null | undefined) => value?.getTime() ?? null,
  from: (value: string | number | null) => (value === null ? null : new Date(Number(value))),
};

/** One SMS to one recipient, from the moment it was stored to its final state. Table `emay_ims_message`. */
@Entity({ name: 'emay_ims_message' })
@Index('emay_ims_message_outcome', ['account', 'outcome', 'createdAt', 'customImsId'], {
  where: 'outcome IS NOT NULL',
})
@Index('emay_ims_message_created', ['account', 'createdAt', 'customImsId'])
@Index('emay_ims_message_mobile', ['account', 'mobile'])
export class ImsMessage {
  /** Name of the account (`name` of `forRoot`, `default` when none was given). */
  @PrimaryColumn({ type: 'varchar', length: 64 })
  account: string;

  /** Our key and idempotency key: the caller's, or 32 time-ordered characters of our own. */
  @PrimaryColumn({ name: 'custom_ims_id', type: 'varchar', length: 32 })
  customImsId: string;

  /** The gateway's id, once it is known. */
  @Column({ name: 'ims_id', type: 'varchar', length: 64, nullable: true })
  imsId: string | null;

  /** E.164, e.g. `+61422118000`. */
  @Column({ type: 'varchar', length: 20 })
  mobile: string;

  @Column({ type: 'text' })
  content: string;

  @Column({ type: 'varchar', length: 16 })
  state: ImsMessageState;

  /** The gateway's answer code (§3), or why there is none, e.g. `ECONNREFUSED`, `TIMEOUT`, `HTTP_502`. */
  @Column({ type: 'varchar', length: 64, nullable: true })
  code: string | null;

  /**
   * The gateway's answer, if it could not be parsed; at most 1,000 characters. Text and signature of the request that it repeats are
   * redacted.
   */
  @Column({ name: 'raw_answer', type: 'varchar', length: 1000, nullable: true })
  rawAnswer: string | null;

  /** 0 (default) to 9; higher goes first. */
  @Column({ type: 'smallint' })
  priority: number;

  /** Send time: not submitted before; `null`: at once. */
  @Column({ name: 'send_at', type: 'bigint', nullable: true, transformer: epochMilliseconds })
  sendAt: Date | null;

  /** Expiry: not submitted after; `null`: no limit. */
  @Column({ name: 'expires_at', type: 'bigint', nullable: true, transformer: epochMilliseconds })
  expiresAt: Date | null;

  /**
   * QUEUED: when it is ready; `null` while on hold. SUBMITTING: the end of the attempt, after which it becomes UNCONFIRMED. ACCEPTED: the
   * report deadline. Otherwise `null`.
   */
  @Column({ name: 'due_at', type: 'bigint', nullable: true, transformer: epochMilliseconds })
  dueAt: Date | null;

  /** ID of the latest attempt; results of earlier attempts are ignored. */
  @Column({ type: 'varchar', length: 32, nullable: true })
  attempt: string | null;

  /** How often it was submitted, at most 32,767. More than once only if the gateway provably did not accept it before. */
  @Column({ type: 'smallint' })
  attempts: number;

  /** The vendor's raw report state (§4), e.g. `DELIVRD`. */
  @Column({ name: 'report_state', type: 'varchar', length: 64, nullable: true })
  reportState: string | null;

  /** The vendor's description of that state, in Chinese. */
  @Column({ name: 'report_description', type: 'varchar', length: 255, nullable: true })
  reportDescription: string | null;

  /** The gateway's `submitTime`: when it passed the message to the carrier. */
  @Column({ name: 'gateway_submit_time', type: 'bigint', nullable: true, transformer: epochMilliseconds })
  gatewaySubmitTime: Date | null;

  /** The gateway's `receiveTime`: when it received the carrier's report. Its clock, not the handset's. */
  @Column({ name: 'gateway_receive_time', type: 'bigint', nullable: true, transformer: epochMilliseconds })
  gatewayReceiveTime: Date | null;

  @Column({ name: 'created_at', type: 'bigint', transformer: epochMilliseconds })
  createdAt: Date;

  /** The pre-send commit: before the first byte of the request. */
  @Column({ name: 'submitted_at', type: 'bigint', nullable: true, transformer: epochMilliseconds })
  submittedAt: Date | null;

  /** When the module learned that the gateway accepted it. */
  @Column({ name: 'accepted_at', type: 'bigint', nullable: true, transformer: epochMilliseconds })
  acceptedAt: Date | null;

  /** When it reached a final state. */
  @Column({ name: 'final_at', type: 'bigint', nullable: true, transformer: epochMilliseconds })
  finalAt: Date | null;

  /** The state, where it has an index: `null` for QUEUED, SUBMITTING, ACCEPTED and DELIVERED. Not part of what callers read. */
  @Column({ type: 'varchar', length: 16, nullable: true, select: false })
  protected outcome?: string | null;

  /** The report batch (`emay_ims_report_batch.id`) whose report was applied. Not part of what callers read. */
  @Column({ name: 'report_page', type: 'varchar', length: 32, nullable: true, select: false })
  protected reportPage?: string | null;

  /** When `enqueue` took it over from a `send`: if that fails, it is not put on hold. Not part of what callers read. */
  @Column({ name: 'enqueued_at', type: 'bigint', nullable: true, select: false, transformer: epochMilliseconds })
  protected enqueuedAt?: Date | null;
}
