import { EmayImsConflictError } from '../errors/emay-ims-errors.js';
import { newToken } from '../messages/ids.js';
import { ImsResolution } from '../operator/ims-resolution.entity.js';
import type { ResolveUnconfirmedDto } from '../operator/resolve-unconfirmed.dto.js';
import { checked, type UnconfirmedResolver } from '../operator/unconfirmed-resolver.js';
import type { MessageTable } from './message-table.js';
import type { Surface } from './surface.js';

/** What is known of one submission is not true of the next. */
const NOTHING_KNOWN = {
  attempt: null,
  expiresAt: null,
  imsId: null,
  reportState: null,
  reportDescription: null,
  gatewaySubmitTime: null,
  gatewayReceiveTime: null,
} as const;

/** Decisions of people about UNCONFIRMED messages, in memory. */
export class InMemoryResolver implements Surface<UnconfirmedResolver> {
  private decisions: ImsResolution[] = [];

  constructor(
    private readonly table: MessageTable,
    private readonly clock: () => number,
  ) {}

  clear(): void {
    this.decisions = [];
  }

  async resolve(customImsId: string, wanted: ResolveUnconfirmedDto): Promise<void> {
    const { decision, decidedBy, reason } = checked(wanted);
    const [message] = this.table.byIds([customImsId]);
    if (message?.state !== 'UNCONFIRMED') {
      throw new EmayImsConflictError([customImsId], 'there is no UNCONFIRMED message with this id (any more)');
    }
    const decidedAt = new Date(this.clock());
    this.table.change(
      customImsId,
      decision === 'resend'
        ? { ...NOTHING_KNOWN, state: 'QUEUED', attempts: Math.max(1, message.attempts), dueAt: decidedAt }
        : { state: 'UNKNOWN', code: 'GIVEN_UP', dueAt: null },
    );
    const { account } = this.table;
    this.decisions.push(
      Object.assign(new ImsResolution(), {
        id: newToken(),
        account,
        customImsId,
        decision,
        decidedBy,
        reason,
        decidedAt,
      }),
    );
  }

  async history(customImsId: string): Promise<ImsResolution[]> {
    return this.decisions.filter((decision) => decision.customImsId === customImsId);
  }
}
