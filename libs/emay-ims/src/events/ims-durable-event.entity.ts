import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { epochMilliseconds } from '../messages/ims-message.entity.js';

/** PENDING: its handler has not succeeded yet. FAILED: dead-lettered, all retries are used up. */
export type ImsDurableEventState = 'PENDING' | 'FAILED';

/** An event recorded for one durable handler; deleted when the handler has succeeded. Table `emay_ims_event`. */
@Entity({ name: 'emay_ims_event' })
@Index('emay_ims_event_due', ['account', 'handler', 'state', 'dueAt'])
export class ImsDurableEvent {
  /** 32 characters, time-ordered. */
  @PrimaryColumn({ type: 'varchar', length: 32 })
  id: string;

  @Column({ type: 'varchar', length: 64 })
  account: string;

  /** Name of the durable handler. */
  @Column({ type: 'varchar', length: 64 })
  handler: string;

  /** E.g. `message.delivered`. */
  @Column({ type: 'varchar', length: 32 })
  type: string;

  /** The event as JSON. */
  @Column({ type: 'text' })
  payload: string;

  @Column({ type: 'varchar', length: 16 })
  state: ImsDurableEventState;

  /** PENDING: when the handler may be called (again). FAILED: since when. */
  @Column({ name: 'due_at', type: 'bigint', transformer: epochMilliseconds })
  dueAt: Date;

  /** Token of the latest call; only its owner may record the result. */
  @Column({ type: 'varchar', length: 32, nullable: true })
  claim: string | null;

  /** How often the handler has been called. */
  @Column({ type: 'smallint' })
  attempts: number;

  /** What the handler threw last, at most 500 characters. */
  @Column({ type: 'varchar', length: 500, nullable: true })
  error: string | null;

  @Column({ name: 'created_at', type: 'bigint', transformer: epochMilliseconds })
  createdAt: Date;
}
