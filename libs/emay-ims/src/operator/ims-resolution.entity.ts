import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { epochMilliseconds } from '../messages/ims-message.entity.js';

/** What a person may decide about a message whose outcome is not known. */
export const RESOLUTION_DECISIONS = ['resend', 'give-up'] as const;
/** `resend`: back into the queue, at the risk of a second SMS. `give-up`: UNKNOWN. */
export type ResolutionDecision = (typeof RESOLUTION_DECISIONS)[number];

/** A decision about an UNCONFIRMED message: who took it, when and why. Never changed. Table `emay_ims_resolution`. */
@Entity({ name: 'emay_ims_resolution' })
@Index('emay_ims_resolution_message', ['account', 'customImsId', 'decidedAt'])
export class ImsResolution {
  @PrimaryColumn({ type: 'varchar', length: 32 })
  id: string;

  @Column({ type: 'varchar', length: 64 })
  account: string;

  @Column({ name: 'custom_ims_id', type: 'varchar', length: 32 })
  customImsId: string;

  @Column({ type: 'varchar', length: 16 })
  decision: ResolutionDecision;

  /** Name or address of the person. */
  @Column({ name: 'decided_by', type: 'varchar', length: 128 })
  decidedBy: string;

  @Column({ type: 'varchar', length: 500 })
  reason: string;

  @Column({ name: 'decided_at', type: 'bigint', transformer: epochMilliseconds })
  decidedAt: Date;
}
