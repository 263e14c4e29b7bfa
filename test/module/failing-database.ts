import { EmayImsService, EmayImsStoreError, type EmayImsClient, type SendOutcome } from 'nestjs-emay-ims';
import { NEVER } from 'rxjs';
import type { AccountJobs } from '../../libs/emay-ims/src/account/account-jobs.js';
import type { EmayImsAccount } from '../../libs/emay-ims/src/account/emay-ims.account.js';
import { AccountCircuit } from '../../libs/emay-ims/src/engine/account-circuit.js';
import { WorkInFlight } from '../../libs/emay-ims/src/engine/work-in-flight.js';
import type { MessageFinder } from '../../libs/emay-ims/src/message-store/message-finder.js';
import type { MessageQueue } from '../../libs/emay-ims/src/message-store/message-queue.js';
import type { MessageResults } from '../../libs/emay-ims/src/message-store/message-results.js';
import { resolveOptions } from '../../libs/emay-ims/src/options/resolve-options.js';
import { BatchSender } from '../../libs/emay-ims/src/sending/batch-sender.js';
import { DirectSender } from '../../libs/emay-ims/src/sending/direct-sender.js';
import { Dispatcher } from '../../libs/emay-ims/src/sending/dispatcher.js';
import { Submitter } from '../../libs/emay-ims/src/sending/submitter.js';
import { InMemoryMessageFinder } from '../../libs/emay-ims/src/testing/in-memory-message-finder.js';
import { InMemoryMessageQueue } from '../../libs/emay-ims/src/testing/in-memory-message-queue.js';
import { InMemoryMessageResults } from '../../libs/emay-ims/src/testing/in-memory-message-results.js';
import { MessageTable } from '../../libs/emay-ims/src/testing/message-table.js';
import { ScriptedGateway } from '../../libs/emay-ims/src/testing/scripted-gateway.js';
import { standsFor, type Surface } from '../../libs/emay-ims/src/testing/surface.js';

const WRITES = new Set(['insertQueued', 'insertSubmitting', 'claimThese', 'recordOutcomes', 'release', 'unhold']);
const READS = new Set(['now', 'findByIds', 'findOne']);
export const MOBILES = ['+61422118000', '+61422118001', '+61422118002', '+61422118003', '+61422118004'];

/** How the database fails, from one of its statements on, or at that one alone. */
export const FAILURES = [
  'gone',
  'gone after it',
  'away once',
  'answer lost',
  'gone with the answer',
  'question lost',
] as const;
export type Failure = (typeof FAILURES)[number];

/** What happens at the gateway meanwhile. */
export const GATEWAYS = ['accepts', 'is unreachable', 'refuses one', 'refuses the account', 'is in doubt'] as const;
export type Gateway = (typeof GATEWAYS)[number];

const OPTIONS = resolveOptions({
  ...{ baseUrl: 'https://gateway.invalid', appId: 'APP', secretKey: 'KEY' },
  dispatch: { concurrency: 2, maxBatchSize: 2 },
});

/** Does not wait for a database that is away, but notes for how long it would have. */
class Impatient extends Submitter {
  readonly waitsMs: number[] = [];

  override async retryOnStoreError<T>(work: () => Promise<T>, limitMs = Infinity): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.waitsMs.push(limitMs);
      throw error;
    }
  }
}

/** One account in memory, whose database fails at a statement of the test's choice. */
export class World {
  readonly gateway = new ScriptedGateway();
  readonly taken: string[] = [];
  readonly table = new MessageTable('default', undefined, () => Date.now() + this.ahead);
  readonly service: EmayImsService;
  statements = 0;
  /** The statement at which the database failed first. */
  failedAt: string | null = null;
  /** What is for later has its time in the end. */
  private ahead = 0;
  fails: { at: number; how: Failure } | null = null;
  /** How long the account would have waited for the database, each time that it gave up. */
  readonly waitsMs: readonly number[];
  private readonly dispatcher: Dispatcher;

  constructor(gateway: Gateway) {
    const queue = this.failing<MessageQueue>(new InMemoryMessageQueue(this.table));
    const results = this.failing<MessageResults>(new InMemoryMessageResults(this.table, { reportDeadlineMs: 1 }));
    const finder = this.failing<MessageFinder>(new InMemoryMessageFinder(this.table));
    const [one, many] = [this.gateway.sendSingleIms, this.gateway.sendPersonalityIms];
    this.gateway.sendSingleIms = (message) => this.send(one.call(this.gateway, message), [message]);
    this.gateway.sendPersonalityIms = (messages) => this.send(many.call(this.gateway, messages), messages);
    this.script(gateway);
    const circuit = new AccountCircuit(OPTIONS.dispatch);
    const submitter = new Impatient(
      standsFor<EmayImsClient, 'getImsReport'>(this.gateway),
      queue,
      results,
      circuit,
      OPTIONS,
    );
    this.waitsMs = submitter.waitsMs;
    this.dispatcher = new Dispatcher(queue, submitter, new AccountCircuit(OPTIONS.dispatch), OPTIONS);
    const account: Partial<EmayImsAccount> = {
      options: OPTIONS,
      queue,
      finder,
      directSender: new DirectSender(queue, finder, submitter, circuit, OPTIONS),
      batchSender: new BatchSender(queue, finder, submitter, circuit, OPTIONS),
      work: new WorkInFlight(),
      jobs: standsFor<AccountJobs, 'start' | 'stop' | 'releaseLeases'>({ wakeDispatcher: () => undefined }),
    };
    this.service = new EmayImsService({ events$: NEVER, opened: () => account as EmayImsAccount });
  }

  /** The database is back, the gateway takes everything, and all that waits is sent. */
  async recover(): Promise<void> {
    this.fails = null;
    this.ahead = 3_600_000;
    this.gateway.clear();
    await this.dispatcher.dispatch();
  }

  /**
   * Numbers of messages that were never sent, yet look as if they might have been, though the database went away for one statement alone:
   * before their request, so that there was nothing to doubt.
   */
  doubtedInVain(): string[] {
    if (this.fails?.how !== 'answer lost' && this.fails?.how !== 'away once') return [];
    // Their outcome is recorded again and again, but not by one who is impatient.
    if (this.failedAt === 'recordOutcomes' || this.failedAt === 'release') return [];
    const doubted = this.table.where(({ state }) => state === 'SUBMITTING').map(({ mobile }) => mobile);
    return doubted.filter((mobile) => !this.taken.includes(mobile));
  }

  private script(gateway: Gateway): void {
    const mobile = MOBILES[1];
    if (gateway === 'is unreachable') this.gateway.script({ kind: 'unsent', reason: 'ECONNREFUSED' }, { mobile });
    if (gateway === 'refuses one') this.gateway.script({ kind: 'refused', code: 'ERROR_MOBILE_ERROR' }, { mobile });
    if (gateway === 'refuses the account') this.gateway.script({ kind: 'refused', code: 'ERROR_SIGN' }, { times: 9 });
    if (gateway === 'is in doubt') {
      this.gateway.script({ kind: 'unconfirmed', reason: 'TIMEOUT', rawAnswer: null }, { mobile });
    }
  }

  /** Notes what the gateway may have accepted. */
  private async send(outcome: Promise<SendOutcome>, messages: readonly { mobile: string }[]): Promise<SendOutcome> {
    const { kind } = await outcome;
    if (kind === 'accepted' || kind === 'unconfirmed') this.taken.push(...messages.map(({ mobile }) => mobile));
    return outcome;
  }

  private failing<Part extends object>(part: Surface<Part>): Part {
    return new Proxy(part, {
      get: (target, name: string) => {
        const method = (target as unknown as Record<string, unknown>)[name];
        if (typeof method !== 'function') return method;
        const call = method.bind(target) as (...given: unknown[]) => Promise<unknown>;
        return WRITES.has(name) || READS.has(name) ? (...given: unknown[]) => this.perform(name, call, given) : call;
      },
    }) as unknown as Part;
  }

  private async perform(name: string, call: (...given: unknown[]) => Promise<unknown>, given: unknown[]) {
    const number = ++this.statements;
    const { at, how } = this.fails ?? { at: Infinity, how: 'gone' };
    const isIt = number === at;
    if (isIt) this.failedAt = name;
    if (isIt && (how === 'answer lost' || how === 'gone with the answer')) {
      const mayBeStored = WRITES.has(name);
      if (mayBeStored) await call(...given);
      throw new EmayImsStoreError('ECONNRESET', { mayBeStored });
    }
    // The caller cannot tell it from an answer that was lost.
    if (isIt && how === 'question lost') throw new EmayImsStoreError('ECONNRESET', { mayBeStored: WRITES.has(name) });
    if ((isIt && how !== 'gone after it') || (number > at && how.startsWith('gone'))) {
      throw new EmayImsStoreError('ECONNREFUSED');
    }
    return call(...given);
  }
}
