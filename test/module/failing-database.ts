import { EmayImsService, EmayImsStoreError, type EmayImsClient, type SendOutcome } from 'nestjs-emay-ims';
import { NEVER } from 'rxjs';
import type { AccountJobs } from '../../libs/emay-ims/src/account/account-jobs.js';
import type { EmayImsAccount } from '../../libs/emay-ims/src/account/emay-ims.account.js';
import { AccountCircuit } from '../../libs/emay-ims/src/engine/account-circuit.js';
import { WorkInFlight } from '../../libs/emay-ims/src/engine/work-in-flight.js';
import type { MessageStore } from '../../libs/emay-ims/src/message-store/message-store.js';
import { resolveOptions } from '../../libs/emay-ims/src/options/resolve-options.js';
import { BatchSender } from '../../libs/emay-ims/src/sending/batch-sender.js';
import { DirectSender } from '../../libs/emay-ims/src/sending/direct-sender.js';
import { Dispatcher } from '../../libs/emay-ims/src/sending/dispatcher.js';
import { Submitter } from '../../libs/emay-ims/src/sending/submitter.js';
import { InMemoryMessageStore } from '../../libs/emay-ims/src/testing/in-memory-message-store.js';
import { MessageTable } from '../../libs/emay-ims/src/testing/message-table.js';
import { ScriptedGateway } from '../../libs/emay-ims/src/testing/scripted-gateway.js';
import { standsFor } from '../../libs/emay-ims/src/testing/surface.js';

const WRITES = new Set(['insertQueued', 'insertSubmitting', 'claimThese', 'settle', 'release', 'unhold']);
const READS = new Set(['now', 'findByIds', 'findOne']);
export const MOBILES = ['+61422118000', '+61422118001', '+61422118002', '+61422118003', '+61422118004'];

/** How the database fails, from one of its statements on, or at that one alone. */
export const FAILURES = ['gone', 'gone after it', 'away once', 'answer lost', 'question lost'] as const;
export type Failure = (typeof FAILURES)[number];

/** What happens at the gateway meanwhile. */
export const GATEWAYS = ['accepts', 'is unreachable', 'refuses one', 'refuses the account', 'is in doubt'] as const;
export type Gateway = (typeof GATEWAYS)[number];

const OPTIONS = resolveOptions({
  ...{ baseUrl: 'https://gateway.invalid', appId: 'APP', secretKey: 'KEY' },
  dispatch: { concurrency: 2, maxBatchSize: 2 },
});

/** Does not wait for a database that is away. */
class Impatient extends Submitter {
  override persistently<T>(work: () => Promise<T>): Promise<T> {
    return work();
  }
}

/** One account in memory, whose database fails at a statement of the test's choice. */
export class World {
  readonly gateway = new ScriptedGateway();
  readonly taken: string[] = [];
  readonly table = new MessageTable('default');
  readonly service: EmayImsService;
  statements = 0;
  /** What is for later has its time in the end. */
  private ahead = 0;
  fails: { at: number; how: Failure } | null = null;
  private readonly memory = new InMemoryMessageStore(this.table, () => Date.now() + this.ahead, {
    reportDeadlineMs: 1,
    holdMs: 1,
  });
  private readonly dispatcher: Dispatcher;

  constructor(gateway: Gateway) {
    const store = this.failing(this.memory);
    const [one, many] = [this.gateway.sendSingleIms, this.gateway.sendPersonalityIms];
    this.gateway.sendSingleIms = (message) => this.send(one.call(this.gateway, message), [message]);
    this.gateway.sendPersonalityIms = (messages) => this.send(many.call(this.gateway, messages), messages);
    this.script(gateway);
    const circuit = new AccountCircuit(OPTIONS.dispatch);
    const submitter = new Impatient(standsFor<EmayImsClient, 'getImsReport'>(this.gateway), store, circuit, OPTIONS);
    this.dispatcher = new Dispatcher(store, submitter, new AccountCircuit(OPTIONS.dispatch), OPTIONS);
    const account: Partial<EmayImsAccount> = {
      options: OPTIONS,
      store,
      directSender: new DirectSender(store, submitter, circuit, OPTIONS),
      batchSender: new BatchSender(null as never, store, submitter, circuit, OPTIONS),
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

  private failing(store: InMemoryMessageStore): MessageStore {
    return new Proxy(store, {
      get: (target, name: string) => {
        const method = (target as unknown as Record<string, unknown>)[name];
        if (typeof method !== 'function') return method;
        const call = method.bind(target) as (...given: unknown[]) => Promise<unknown>;
        return WRITES.has(name) || READS.has(name) ? (...given: unknown[]) => this.perform(name, call, given) : call;
      },
    }) as unknown as MessageStore;
  }

  private async perform(name: string, call: (...given: unknown[]) => Promise<unknown>, given: unknown[]) {
    const number = ++this.statements;
    const { at, how } = this.fails ?? { at: Infinity, how: 'gone' };
    const isIt = number === at;
    if (isIt && how === 'answer lost') {
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
