import type { ImsMessage, ImsMessageState } from 'nestjs-emay-ims';
import { Brackets, type Repository, type SelectQueryBuilder } from 'typeorm';
import type { Campaign } from './campaign.js';

/** How many messages stand in a state. */
export interface StateCount {
  state: ImsMessageState;
  messages: number;
  /** The latest time at which something is due for one of them, epoch milliseconds; SUBMITTING: the attempt's end. */
  latestDueAt: number | null;
}

/** Messages that are counted repeatedly while they are submitted. */
export interface CountedMessages {
  counts(): Promise<StateCount[]>;
}

/** All messages of a campaign, whichever run stored them. */
export function campaignMessages(messages: Repository<ImsMessage>, { idRanges }: Campaign): CountedMessages {
  const isWithin = new Brackets((where) => {
    for (const [index, { first, last }] of idRanges.entries()) {
      const [from, to] = [`first${index}`, `last${index}`];
      where.orWhere(`message.customImsId BETWEEN :${from} AND :${to}`, { [from]: first, [to]: last });
    }
  });
  return { counts: () => countByState(ofAccount(messages).andWhere(isWithin)) };
}

/** When the newest message of the account was stored, by the database's clock, in epoch milliseconds; 0: none was. */
export async function newestCreatedAt(messages: Repository<ImsMessage>): Promise<number> {
  const newest = await ofAccount(messages)
    .select('MAX(message.createdAt)', 'createdAt')
    .getRawOne<{ createdAt: string | number | null }>();
  return Number(newest?.createdAt ?? 0);
}

/** All messages that were stored from one moment to another, whoever stored them. */
export function messagesBetween(messages: Repository<ImsMessage>, first: number, last: number): CountedMessages {
  return {
    counts: () =>
      countByState(
        ofAccount(messages).andWhere('message.createdAt >= :first AND message.createdAt <= :last', { first, last }),
      ),
  };
}

/** What waits in the queue of the account and was stored no later than `newest`, and nothing that is scheduled. */
export function queuedMessages(messages: Repository<ImsMessage>, newest: number): CountedMessages {
  return {
    counts: () =>
      countByState(
        ofAccount(messages)
          .andWhere("message.state IN ('QUEUED', 'SUBMITTING')")
          .andWhere('message.dueAt IS NOT NULL AND message.sendAt IS NULL')
          .andWhere('message.createdAt <= :newest', { newest }),
      ),
  };
}

/** The counts as an answer shows them. */
export function byState(counts: readonly StateCount[]): Record<string, number> {
  return Object.fromEntries(counts.map(({ state, messages }) => [state, messages]));
}

/** The application has one account, of this name. */
export const ACCOUNT = 'default';

function ofAccount(messages: Repository<ImsMessage>): SelectQueryBuilder<ImsMessage> {
  return messages.createQueryBuilder('message').where('message.account = :account', { account: ACCOUNT });
}

async function countByState(query: SelectQueryBuilder<ImsMessage>): Promise<StateCount[]> {
  const rows = await query
    .select('message.state', 'state')
    .addSelect('COUNT(*)', 'messages')
    .addSelect('MAX(message.dueAt)', 'latestDueAt')
    .groupBy('message.state')
    .getRawMany<{ state: ImsMessageState; messages: string | number; latestDueAt: string | number | null }>();
  return rows.map(({ state, messages, latestDueAt }) => ({
    state,
    messages: Number(messages),
    latestDueAt: latestDueAt === null ? null : Number(latestDueAt),
  }));
}
