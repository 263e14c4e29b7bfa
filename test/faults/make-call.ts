import { setTimeout as pause } from 'node:timers/promises';
import type { EmayImsError, EmayImsService } from 'nestjs-emay-ims';
import type { DataSource, EntityManager } from 'typeorm';
import type { Call, CallKind, CallMessage } from './calls.js';
import { dialectOf, type ServerKind } from './database-kind.js';
import { type Told, TOLD, toldByLists, toldInOrder } from './told.js';

/** What makes the calls. */
export interface Host {
  readonly ims: EmayImsService;
  /** The same account in an instance that does not reach the gateway. */
  readonly cutOff: EmayImsService;
  /** `null` with an SQLite file, on which the host has no transactions. */
  readonly dataSource: DataSource | null;
  /** How long it waits for its own transactions. */
  readonly patienceMs: number | undefined;
}

interface Caller extends Host {
  /** Told how many messages of a stream are stored. */
  promised(count: number): void;
}

/** As it is given to the service. */
type Message = Omit<CallMessage, 'expiresInMs'> & { readonly expiresAt?: Date };
/** A call has one message at least. */
type Messages = [Message, ...Message[]];

const DEADLOCKS = new Set<string | undefined>(['ER_LOCK_DEADLOCK', 'ER_CHECKREAD', '40P01', '40001']);
const DEADLOCK_ROUNDS = 10;
/** How often somebody believes that the same call again cannot make a second SMS. */
const ANONYMOUS_TRIES = 3;
const NOT_SENT_NOW = new Set<string | undefined>(['EMAY_IMS_UNSENT', 'EMAY_IMS_QUEUED']);

/** Rolls a transaction back; nothing of it may ever be sent. */
class RolledBack extends Error {
  code = 'ROLLED_BACK';
}

class PatienceLost extends Error {
  code = 'PATIENCE_LOST';
}

const INSERT_ORDER = {
  postgres: 'INSERT INTO faults_order (id) VALUES ($1) ON CONFLICT DO NOTHING',
  mysql: 'INSERT INTO faults_order (id) VALUES (?) ON DUPLICATE KEY UPDATE id = id',
};

/**
 * Makes one call of the service and resolves to what it told its caller, as far as that can be judged: `told`, a letter
 * for each message, and `wrong` where the result is not about the messages given.
 */
function makeCall(call: Call, host: Caller): Promise<Told> {
  const messages = call.messages.map(({ expiresInMs, ...message }) =>
    expiresInMs === undefined ? message : { ...message, expiresAt: new Date(Date.now() + expiresInMs) },
  );
  return CALLS[call.kind](messages as Messages, host, call);
}

/**
 * Makes it, and of a call without ids makes it again where the error says that this is safe: its caller has nothing else
 * to go by.
 *
 * @param onRejected told of each error that is answered by another try
 */
export async function makeCallAsItsCaller(
  call: Call,
  host: Caller,
  onRejected: (error: unknown) => void,
): Promise<Told> {
  for (let tries = 1; ; tries++) {
    try {
      return await makeCall(call, host);
    } catch (error) {
      if (!call.isAnonymous || !(error as Partial<EmayImsError>).retryable || tries === ANONYMOUS_TRIES) throw error;
      onRejected(error);
      await pause(200 * tries);
    }
  }
}

const CALLS: Record<CallKind, (messages: Messages, host: Caller, call: Call) => Promise<Told>> = {
  async send([message], { ims }) {
    const { wrong } = toldInOrder([await ims.send(message)], [message]);
    return { told: TOLD.accepted, wrong };
  },
  async sendBatch(messages, { ims }) {
    const recipients = messages.map(({ mobile, customImsId }) => ({ mobile, customImsId }));
    return toldByLists(await ims.sendBatch({ content: messages[0].content, recipients }), messages);
  },
  async sendPersonalized(messages, { ims }) {
    return toldByLists(await ims.sendPersonalized({ messages }), messages);
  },
  async enqueue(messages, { ims }) {
    return toldInOrder(await ims.enqueue(messages), messages);
  },
  async enqueueStream(messages, { ims, promised }) {
    const { stored } = await ims.enqueueStream(messages, { onProgress: (summary) => promised(summary.stored) });
    const wrong = stored === messages.length ? undefined : `enqueueStream stored ${stored} of ${messages.length}`;
    return { told: TOLD.queued.repeat(stored), wrong };
  },
  order(messages, host, call) {
    return inOrder(call, host, async (manager) => {
      const stored = await host.ims.enqueue(messages, { manager });
      if (call.rollsBack) throw new RolledBack();
      return toldInOrder(stored, messages);
    });
  },

  /** As documented: what could not be sent now is handed over to the queue, under the same id. */
  async fallback(messages, { ims, cutOff }) {
    return (await sentAfterAll(cutOff, messages)) ?? toldInOrder(await ims.enqueue(messages), messages);
  },
  /** The same inside a transaction that has read before: at REPEATABLE READ it does not see what is held. */
  fallbackInOrder(messages, host, call) {
    return inOrder(call, host, async (manager) => {
      const sent = await sentAfterAll(host.cutOff, messages);
      return sent ?? toldInOrder(await host.ims.enqueue(messages, { manager }), messages);
    });
  },
  /** Another text under ids that are taken. */
  async conflict(messages, { ims }) {
    const first = toldInOrder(await ims.enqueue(messages), messages);
    return (await isConflict(ims.enqueue(withOtherTexts(messages)))) ? first : droppedText(first);
  },
  /** The same inside a transaction that has read before the ids were taken. */
  async conflictInOrder(messages, host, call) {
    return inOrder(call, host, async (manager) => {
      const first = toldInOrder(await host.ims.enqueue(messages), messages);
      const other = host.ims.enqueue(withOtherTexts(messages), { manager });
      return (await isConflict(other)) ? first : droppedText(first);
    });
  },
};

/** A transaction of the host's own, which has read and written before the work. */
function inOrder(
  call: Call,
  { dataSource, patienceMs }: Caller,
  work: (manager: EntityManager) => Promise<Told>,
): Promise<Told> {
  if (!dataSource) throw new Error(`A call of kind ${call.kind} needs transactions of the host's own.`);
  const insert = INSERT_ORDER[dialectOf(dataSource.options.type as ServerKind) as keyof typeof INSERT_ORDER];
  const ordered = untilNoDeadlock(() =>
    dataSource.transaction(async (manager) => {
      await manager.query('SELECT COUNT(*) AS orders FROM faults_order WHERE id = id');
      await manager.query(insert, [orderId(call)]);
      return work(manager);
    }),
  );
  return patienceMs === undefined ? ordered : withPatience(ordered, patienceMs);
}

/** On a connection that has fallen silent, the host's own statements never end. */
async function withPatience<T>(work: Promise<T>, patienceMs: number): Promise<T> {
  const timer = new AbortController();
  const lost: Promise<never> = pause(patienceMs, undefined, timer).then(() => Promise.reject(new PatienceLost()));
  try {
    return await Promise.race([work, lost]);
  } finally {
    timer.abort();
    for (const each of [work, lost]) each.catch(() => undefined);
  }
}

/** What to tell where the message has gone after all; `null` where it was not sent. */
async function sentAfterAll(cutOff: EmayImsService, [message]: Messages): Promise<Told | null> {
  try {
    await cutOff.send(message);
    return { told: TOLD.accepted };
  } catch (error) {
    // An earlier call may have handed it over already.
    if (!NOT_SENT_NOW.has(codeOf(error))) throw error;
    return null;
  }
}

function withOtherTexts(messages: Messages): Message[] {
  return messages.map((message) => ({ ...message, content: `${message.content} other` }));
}

async function isConflict(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return false;
  } catch (error) {
    if (codeOf(error) !== 'EMAY_IMS_CONFLICT') throw error;
    return true;
  }
}

function droppedText(told: Told): Told {
  return { ...told, wrong: 'another text under a stored id resolved' };
}

/** A deadlock ends the host's transaction as a whole, so only the host can make it again; as every host must. */
async function untilNoDeadlock<T>(transaction: () => Promise<T>): Promise<T> {
  for (let round = 1; ; round++) {
    try {
      return await transaction();
    } catch (error) {
      const { driverCode, driverError } = error as { driverCode?: string; driverError?: { code?: string } };
      if (round === DEADLOCK_ROUNDS || !DEADLOCKS.has(driverCode ?? driverError?.code)) throw error;
    }
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as { code?: string }).code;
}

export function orderId({ origin, number }: { origin: string; number: number }): string {
  return `${origin}-${number}`;
}
