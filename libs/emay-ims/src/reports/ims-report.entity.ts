import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { epochMilliseconds } from '../messages/ims-message.entity.js';

/** Why a report is in this table: no message matches it (yet), or it is malformed. */
export type ImsReportStatus = 'ORPHANED' | 'QUARANTINED' | 'ACKNOWLEDGED';

/**
 * A delivery report that was not applied to a message: unmatched or malformed. Applied reports are in their message and their raw batch.
 * Table `emay_ims_report`.
 */
@Entity({ name: 'emay_ims_report' })
@Index('emay_ims_report_status', ['account', 'status', 'createdAt'])
@Index('emay_ims_report_hash', ['account', 'reportHash'], { unique: true })
export class ImsReport {
  /** The report batch it came in, `emay_ims_report_batch.id`. */
  @PrimaryColumn({ name: 'batch_id', type: 'varchar', length: 32 })
  batchId: string;

  /** Its position in that batch, from 0. */
  @PrimaryColumn({ type: 'integer' })
  position: number;

  @Column({ type: 'varchar', length: 64 })
  account: string;

  @Column({ type: 'varchar', length: 16 })
  status: ImsReportStatus;

  @Column({ type: 'varchar', length: 24, nullable: true })
  mobile: string | null;

  @Column({ name: 'ims_id', type: 'varchar', length: 64, nullable: true })
  imsId: string | null;

  @Column({ name: 'custom_ims_id', type: 'varchar', length: 64, nullable: true })
  customImsId: string | null;

  /** The vendor's raw state (§4). */
  @Column({ type: 'varchar', length: 64, nullable: true })
  state: string | null;

  @Column({ type: 'varchar', length: 255, nullable: true })
  description: string | null;

  @Column({ name: 'receive_time', type: 'bigint', nullable: true, transformer: epochMilliseconds })
  receiveTime: Date | null;

  @Column({ name: 'submit_time', type: 'bigint', nullable: true, transformer: epochMilliseconds })
  submitTime: Date | null;

  /** Quarantined only: what was wrong, and the report as it came (bounded). */
  @Column({ type: 'varchar', length: 255, nullable: true })
  reason: string | null;

  @Column({ type: 'text', nullable: true })
  raw: string | null;

  @Column({ name: 'created_at', type: 'bigint', transformer: epochMilliseconds })
  createdAt: Date;

  /** What the report says, hashed: the same one, pulled or pushed again, is not kept twice. `null`: kept by a release before. */
  @Column({ name: 'report_hash', type: 'varchar', length: 64, nullable: true })
  reportHash: string | null;
}
