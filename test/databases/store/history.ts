import type { DataSource } from 'typeorm';
import type { ImsDatabase } from '../../../libs/emay-ims/src/database/ims-database.js';
import type { NewMessage } from '../../../libs/emay-ims/src/messages/new-message.js';
import type { Attempt } from '../../../libs/emay-ims/src/messages/attempt.js';
import type { DeliveryReport } from '../../../libs/emay-ims/src/protocol/report-item.js';
import { MessageTraces } from '../../../libs/emay-ims/src/message-store/message-trace.js';
import { ReportApplication } from '../../../libs/emay-ims/src/reports/report-application.js';
import { RetentionStore } from '../../../libs/emay-ims/src/retention/retention-store.js';
import type { Random } from '../../faults/random.js';
import type { MessageParts } from './message-parts.js';
import { outcome } from './recording-outcomes.js';
import { HOUR, idsOf, newAttempt, newMessage } from './store-bench.js';

/** One process: its stores, and the host's transactions where it may join some. */
export interface Member {
  database: ImsDatabase;
  store: MessageParts;
  host: DataSource | null;
}

interface Held {
  token: string;
  ids: string[];
}

const REPORT_STATES = ['DELIVRD', 'UNDELIV', 'REJECTD', 'UNKNOWN'];
const ODD = [`'`, `"`, '\\', '%', '_', '?', ',', '[', ']', '$1', '~', '!'];

/**
 * A random history of one account, as several processes make it at the same time; and what each message was submitted, released and
 * resent.
 *
 * - Nothing waits for a clock: `pass` moves all times of the account instead.
 */
export class History {
  private readonly ids: string[] = [];
  private readonly given: NewMessage[] = [];
  private held: Held[] = [];
  private over: Held[] = [];
  private made = 0;
  readonly submitted = new Map<string, number>();
  readonly released = new Map<string, number>();
  readonly resent = new Map<string, number>();

  constructor(
    private readonly random: Random,
    private readonly members: readonly Member[],
  ) {}

  private get first(): Member {
    return this.members[0] as Member;
  }

  /** Some steps at the same time, each by any of the processes. */
  async wave(steps: number): Promise<void> {
    const { random } = this;
    const wanted = Array.from({ length: steps }, () =>
      random.weighted<(member: Member) => Promise<unknown>>([
        [5, (member) => this.enqueueNew(member)],
        [4, (member) => this.enqueueGiven(member)],
        [2, (member) => this.joined(member)],
        [3, (member) => this.sendDirectly(member)],
        [6, (member) => this.claim(member)],
        [2, (member) => this.claimThese(member)],
        [5, (member) => this.settle(member)],
        [4, (member) => this.release(member)],
        [1, (member) => this.settleLate(member)],
        [3, (member) => member.store.queue.cancel(this.anyId())],
        [2, (member) => member.store.queue.unhold(this.anyIds())],
        [4, (member) => this.report(member)],
        [3, (member) => this.resolve(member)],
        [3, (member) => this.sweep(member)],
      ])(random.pick(this.members)),
    );
    await Promise.all(wanted);
  }

  /** As if so much time had passed, or the clock had been set back. */
  async pass(ms: number): Promise<void> {
    const { database, store } = this.first;
    const earlier = (table: string, columns: string[]) =>
      database.run(
        `UPDATE ${table} SET ${columns.map((column) => `${column} = ${column} - ${ms}`).join(', ')} WHERE account = ?`,
        [store.account],
      );
    const message = ['due_at', 'send_at', 'expires_at', 'created_at', 'submitted_at', 'accepted_at', 'final_at'];
    await earlier('emay_ims_message', message);
    await earlier('emay_ims_due', ['due_at', 'expires_at']);
    await earlier('emay_ims_attempt', ['ends_at', 'due_at']);
    if (ms < 0) await store.maintenance.recoverFromClockSetBack();
  }

  /** Forgets what is over. Its ids are not used again, as hosts have to. */
  async purge(): Promise<void> {
    const { database, store } = this.first;
    await new RetentionStore(database, store.account).deleteMessages(0, 1_000, 0);
    const rows = await database.rows('SELECT custom_ims_id FROM emay_ims_message WHERE account = ?', [store.account]);
    const left = new Set(rows.map((row) => String(row.custom_ims_id)));
    const isLeft = (id: string) => left.has(id);
    this.ids.splice(0, this.ids.length, ...this.ids.filter(isLeft));
    this.given.splice(0, this.given.length, ...this.given.filter(({ customImsId }) => left.has(customImsId)));
  }

  /** Ends all that is under way, and claims and ends what waits: then nothing may be left. */
  async finish(): Promise<void> {
    const { store } = this.first;
    await this.pass(200 * 24 * HOUR);
    await this.sweep(this.first);
    for (;;) {
      const attempt = newAttempt();
      const claimed = idsOf(await store.queue.claim(20, attempt));
      if (claimed.length === 0) break;
      this.note(this.submitted, claimed);
      await store.results.recordOutcomes(
        attempt.token,
        claimed.map((id) => outcome(id)),
      );
    }
    await this.pass(200 * 24 * HOUR);
    await this.sweep(this.first);
  }

  private newMessage(given: Partial<NewMessage> = {}): NewMessage {
    const { random } = this;
    const inMs = (ms: number) => new Date(Date.now() + ms);
    return newMessage({
      customImsId: `${++this.made}${random.pick(ODD)}${random.between(0, 99)}${random.pick(ODD)}`,
      mobile: `+6142211800${random.between(0, 9)}${random.between(0, 9)}`,
      priority: random.pick([0, 0, 0, 5, 9]),
      sendAt: random.weighted([
        [6, null],
        [1, inMs(-HOUR)],
        [2, inMs(3 * HOUR)],
      ]),
      expiresAt: random.weighted([
        [6, null],
        [1, inMs(-1_000)],
        [2, inMs(5 * HOUR)],
      ]),
      ...given,
    });
  }

  private async enqueueNew({ store }: Member): Promise<void> {
    const alike = { sendAt: null, expiresAt: null, priority: 0 };
    const isBulk = this.random.chance(0.1);
    const count = isBulk ? this.random.between(280, 320) : this.random.between(1, 6);
    const messages = Array.from({ length: count }, () => this.newMessage(isBulk ? alike : {}));
    await store.queue.insertQueued(messages, await store.queue.now(), undefined, { isNew: true });
    this.ids.push(...idsOf(messages));
  }

  /** New ones, and such as another call stores at the same time or has stored. */
  private someGiven(): NewMessage[] {
    const fresh = Array.from({ length: this.random.between(1, 3) }, () => this.newMessage());
    this.given.push(...fresh);
    this.ids.push(...idsOf(fresh));
    const again = Array.from({ length: 3 }, () => this.random.pick(this.given));
    return [...new Map([...fresh, ...again].map((message) => [message.customImsId, message])).values()];
  }

  private async enqueueGiven({ store }: Member): Promise<void> {
    await store.queue.insertQueued(this.someGiven(), await store.queue.now());
  }

  /** Inside a transaction of the host, which may roll back. */
  private async joined(member: Member): Promise<void> {
    const { store, database, host } = member;
    if (!host) return this.enqueueGiven(member);
    // Messages of its own: waiting for each other in two transactions of hosts ends in a deadlock, which is theirs to repeat.
    const messages = [this.newMessage(), this.newMessage()];
    const [first] = messages as [NewMessage];
    const isKept = this.random.chance(0.6);
    const runner = host.createQueryRunner();
    await runner.startTransaction(this.random.pick(['READ COMMITTED', 'REPEATABLE READ'] as const));
    try {
      const now = await store.queue.now();
      await database.within(runner.manager, (session) => store.queue.insertQueued(messages, now, session));
      if (this.random.chance(0.3)) await store.queue.cancel(first.customImsId, runner.manager);
      await (isKept ? runner.commitTransaction() : runner.rollbackTransaction());
    } finally {
      await runner.release();
    }
    if (isKept) this.ids.push(...idsOf(messages));
  }

  private async sendDirectly({ store }: Member): Promise<void> {
    const message = this.random.chance(0.5) ? this.newMessage() : (this.someGiven()[0] as NewMessage);
    const attempt = newAttempt();
    await store.queue.insertSubmitting([message], attempt);
    if (!this.ids.includes(message.customImsId)) this.ids.push(message.customImsId);
    const stored = await store.finder.findOne(message.customImsId);
    if (stored?.attempt === attempt.token) this.hold(attempt, [message.customImsId]);
    else if (stored?.state === 'QUEUED') await this.take(store, [message.customImsId], attempt);
  }

  private async claim({ store }: Member): Promise<void> {
    const attempt = newAttempt();
    this.hold(attempt, idsOf(await store.queue.claim(this.random.pick([1, 7, 300]), attempt)));
  }

  private claimThese({ store }: Member): Promise<void> {
    return this.take(store, this.anyIds(), newAttempt());
  }

  private async take(store: MessageParts, ids: readonly string[], attempt: Attempt): Promise<void> {
    this.hold(attempt, idsOf(await store.queue.claimThese(ids, attempt)));
  }

  private async settle({ store }: Member): Promise<void> {
    const attempt = this.held.shift();
    if (!attempt) return;
    await this.record(store, attempt);
    this.over.push(attempt);
  }

  /** Once more, as where a COMMIT has got no answer. */
  private async settleLate({ store }: Member): Promise<void> {
    if (this.over.length > 0) await this.record(store, this.random.pick(this.over));
  }

  private async record({ results }: MessageParts, { token, ids }: Held): Promise<void> {
    const isMixed = this.random.chance(0.5);
    const state = () => (isMixed ? this.random.pick(['ACCEPTED', 'REJECTED', 'UNCONFIRMED'] as const) : 'ACCEPTED');
    await results.recordOutcomes(
      token,
      ids.map((id) => outcome(id, { state: state() })),
    );
  }

  /** Its owner knows that none was accepted; sometimes it claims the halves at once. */
  private async release({ store }: Member): Promise<void> {
    const attempt = this.held.pop();
    if (!attempt) return;
    const { token, ids } = attempt;
    const dueInMs = this.random.pick([null, 0, HOUR]);
    this.note(this.released, ids);
    await store.queue.release(
      token,
      ids.map((customImsId) => ({ customImsId, code: 'X', dueInMs })),
    );
    if (dueInMs !== HOUR) return;
    const middle = Math.ceil(ids.length / 2);
    for (const half of [ids.slice(0, middle), ids.slice(middle)]) await this.take(store, half, newAttempt());
  }

  private async report({ database, store }: Member): Promise<void> {
    const reports = this.anyIds().map((customImsId, position): DeliveryReport => {
      const state = this.random.pick(REPORT_STATES);
      const times = { receiveTime: null, submitTime: null, receiveTimeText: null, submitTimeText: null };
      return { position, customImsId, mobile: null, imsId: null, state, description: null, ...times };
    });
    const application = new ReportApplication(store.results, new MessageTraces(database, store.account));
    await database.transaction((session) => application.apply(reports, session, 'page'));
  }

  private async resolve({ database, store }: Member): Promise<void> {
    const doubtful = await store.finder.find({ states: ['UNCONFIRMED'], limit: 20 });
    if (doubtful.length === 0) return;
    const { customImsId } = this.random.pick(doubtful);
    const decision = this.random.chance(0.7) ? 'resend' : 'give-up';
    const isResolved = await database.transaction((session) => store.results.resolve(customImsId, decision, session));
    if (isResolved && decision === 'resend') this.note(this.resent, [customImsId]);
  }

  private async sweep({ store: { maintenance } }: Member): Promise<void> {
    await maintenance.recoverStalledAttempts();
    await maintenance.expire();
    await maintenance.endOverdueReportWaits();
  }

  private hold({ token }: Attempt, ids: string[]): void {
    if (ids.length === 0) return;
    this.note(this.submitted, ids);
    this.held.push({ token, ids });
  }

  private note(counts: Map<string, number>, ids: readonly string[]): void {
    for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  }

  private anyId(): string {
    return this.ids.length > 0 ? this.random.pick(this.ids) : 'nobody';
  }

  private anyIds(): string[] {
    return [...new Set(Array.from({ length: this.random.between(1, 8) }, () => this.anyId()))];
  }
}
