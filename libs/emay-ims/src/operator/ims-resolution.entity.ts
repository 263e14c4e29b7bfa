import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { epochMilliseconds } from '../messages/ims-message.entity.js';
import { OpenApi } from '../openapi/openapi-property.js';

/** What a person may decide about a message whose outcome is not known. */
export const RESOLUTION_DECISIONS = ['resend', 'give-up'] as const;
/** `resend`: back into the queue, at the risk of a second SMS. `give-up`: UNKNOWN. */
export type ResolutionDecision = (typeof RESOLUTION_DECISIONS)[number];

/** A decision about an UNCONFIRMED message: who took it, when and why. Never changed. Table `emay_ims_resolution`. */
@Entity({ name: 'emay_ims_resolution' })
@Index('emay_ims_resolution_message', ['account', 'customImsId', 'decidedAt'])
export class ImsResolution {
  /** Of the decision. */
  @PrimaryColumn({ type: 'varchar', length: 32 })
  @OpenApi({ type: 'string', description: 'Of the decision.' })
  id: string;

  /** Name of the account. */
  @Column({ type: 'varchar', length: 64 })
  @OpenApi({ type: 'string', description: 'Name of the account.' })
  account: string;

  /** Of the message. */
  @Column({ name: 'custom_ims_id', type: 'varchar', length: 32 })
  @OpenApi({ type: 'string', description: 'Of the message.' })
  customImsId: string;

  /** What was decided. */
  @Column({ type: 'varchar', length: 16 })
  @OpenApi({ enum: RESOLUTION_DECISIONS, description: 'What was decided.' })
  decision: ResolutionDecision;

  /** Name or address of the person. */
  @Column({ name: 'decided_by', type: 'varchar', length: 128 })
  @OpenApi({ type: 'string', description: 'Name or address of the person.' })
  decidedBy: string;

  /** Why. */
  @Column({ type: 'varchar', length: 500 })
  @OpenApi({ type: 'string', description: 'Why.' })
  reason: string;

  /** When. */
  @Column({ name: 'decided_at', type: 'bigint', transformer: epochMilliseconds })
  @OpenApi({ type: 'string', format: 'date-time', description: 'When.' })
  decidedAt: Date;

  /** Entry of the audit, if it was decided about many messages at once; `null`: about this one. */
  @Column({ name: 'audit_id', type: 'varchar', length: 32, nullable: true })
  @OpenApi({
    type: 'string',
    nullable: true,
    description: 'Entry of the audit, if it was decided about many messages at once; `null`: about this one.',
  })
  auditId: string | null;
}
