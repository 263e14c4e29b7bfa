import { EmayImsConflictError } from '../errors/emay-ims-errors.js';
import { newToken } from '../messages/ids.js';
import { ImsResolution } from '../operator/ims-resolution.entity.js';
import type { ResolveUnconfirmedDto } from '../operator/resolve-unconfirmed.dto.js';
import { checked, type UnconfirmedResolver } from '../operator/unconfirmed-resolver.js';
import type { InMemoryMessageResults } from './in-memory-message-results.js';
import type { MessageTable } from './message-table.js';
import type { Surface } from './surface.js';

/** Decisions of people about UNCONFIRMED messages, in memory. */
export class InMemoryResolver implements Surface<UnconfirmedResolver> {
  private decisions: ImsResolution[] = [];

  constructor(
    private readonly table: MessageTable,
    private readonly results: InMemoryMessageResults,
  ) {}

  clear(): void {
    this.decisions = [];
  }

  async resolve(customImsId: string, wanted: ResolveUnconfirmedDto): Promise<void> {
    const { decision, decidedBy, reason, attempts } = checked(wanted);
    if (!(await this.results.resolve(customImsId, decision, null, attempts))) {
      throw new EmayImsConflictError([customImsId], 'there is no UNCONFIRMED message with this id (any more)');
    }
    if (decision === 'resend') this.table.markResent(customImsId);
    const { account } = this.table;
    this.decisions.push(
      Object.assign(new ImsResolution(), {
        id: newToken(),
        account,
        customImsId,
        decision,
        decidedBy,
        reason,
        decidedAt: this.table.at(),
        auditId: null,
      }),
    );
  }

  async history(customImsId: string): Promise<ImsResolution[]> {
    return this.decisions.filter((decision) => decision.customImsId === customImsId);
  }
}
