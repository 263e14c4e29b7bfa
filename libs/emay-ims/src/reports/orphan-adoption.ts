import type { EventTransactions } from '../events/event-transactions.js';
import { isFoundByImsIdAlone, type ReportApplication } from './report-application.js';
import type { FoundOrphan, SecondLookStore } from './second-look-store.js';

const ORPHANS_AT_A_TIME = 500;
/** Portions of one sweep, so that it stays short however many strangers there are. */
const MAX_PORTIONS = 4;
/** How long after its report a send may still settle, and bring the gateway's id with it. */
const SETTLED_WITHIN_MS = 15 * 60_000;

/**
 * Gives orphans to messages that have turned up since.
 *
 * - Where our id, or the gateway's with the number, leads to the message, an index does, too: it is found whenever it comes.
 * - The gateway's id alone has no index. It comes with the answer to a send that was under way when the report came, so the messages
 *   that left around that time are looked through, for as long as that send may settle; all orphans once after the start.
 */
export class OrphanAdoption {
  /** Orphans up to there need not be looked for any more by the gateway's id alone. */
  private done: FoundOrphan | null = null;
  /** Where the next portion begins. */
  private reached: FoundOrphan | null = null;

  constructor(
    private readonly events: EventTransactions,
    private readonly secondLook: SecondLookStore,
    private readonly application: ReportApplication,
    /** How long an attempt to hand over may last, in ms. */
    private readonly attemptLastsMs: number,
  ) {}

  /** Resolves to how many were adopted. */
  async adopt(): Promise<number> {
    const found = await this.secondLook.findOrphansWithMessage(ORPHANS_AT_A_TIME);
    let adopted = await this.give(found);
    for (let portion = 0; portion < MAX_PORTIONS; portion++) {
      const { orphans, now } = await this.secondLook.findOrphansWithImsId(this.reached, ORPHANS_AT_A_TIME);
      if (this.done !== null && this.done.createdAt > now) this.done = null; // The clock was set back.
      adopted += await this.give(orphans.filter(({ report }) => isFoundByImsIdAlone(report)));
      this.done = orphans.findLast(({ createdAt }) => createdAt < now - SETTLED_WITHIN_MS) ?? this.done;
      this.reached = orphans.length < ORPHANS_AT_A_TIME ? this.done : (orphans.at(-1) as FoundOrphan);
      if (orphans.length < ORPHANS_AT_A_TIME) break;
    }
    return adopted;
  }

  private async give(orphans: readonly FoundOrphan[]): Promise<number> {
    if (orphans.length === 0) return 0;
    const came = orphans.map(({ createdAt }) => createdAt);
    // Listed by the end of their attempt.
    const around = {
      from: Math.min(...came) - SETTLED_WITHIN_MS,
      to: Math.max(...came) + this.attemptLastsMs + SETTLED_WITHIN_MS,
    };
    const { adopted, doubted } = await this.events.transaction(async (session) => {
      const reports = orphans.map(({ report }) => report);
      const applied = await this.application.applyMatched(reports, session, around);
      const left = new Set(applied.orphans);
      const matched = orphans.filter(({ report }) => !left.has(report));
      await this.secondLook.forget(matched, session);
      return { adopted: matched.length, doubted: applied.doubted };
    });
    this.application.tellDoubts(doubted);
    return adopted;
  }
}
