import { REPORTED_UNSENT } from '../../message-store/message-results-sql.js';
import type { Trace } from '../../message-store/message-trace.js';
import type { ImsMessage } from '../../messages/ims-message.entity.js';
import type { MessageAction, Verdict } from '../api/message-evidence.js';

/** What is known of a message, and what another SMS with the same text would risk. */
export function verdictOf(message: ImsMessage, traces: readonly Trace[]): Verdict {
  const { state, code, attempts, submittedAt, acceptedAt, finalAt, dueAt, reportState } = message;
  const values = { state, code, attempts, submittedAt: time(submittedAt), reportState };
  // An attempt in doubt may have reached the recipient, whatever became of those after it.
  const wasInDoubt = traces.some(({ kind }) => kind === 'unconfirmed');
  const risk = wasInDoubt ? 'second-sms' : 'safe';
  switch (state) {
    case 'QUEUED': {
      if (dueAt === null) return { id: 'held', resend: risk, values };
      return { id: 'queued', resend: 'not-possible', values: { ...values, dueAt: time(dueAt) } };
    }
    case 'SUBMITTING':
      return { id: 'in-flight', resend: 'not-possible', values: { ...values, dueAt: time(dueAt) } };
    case 'ACCEPTED':
      return {
        id: 'accepted',
        resend: 'second-sms',
        values: { ...values, acceptedAt: time(acceptedAt), dueAt: time(dueAt) },
      };
    case 'UNCONFIRMED':
      return { id: code === REPORTED_UNSENT ? 'reported-unsent' : 'doubt', resend: 'second-sms', values };
    case 'DELIVERED': {
      const delivered = { ...values, finalAt: time(finalAt) };
      return {
        id: hasDoubtCode(message, traces) ? 'doubt-proved-sent' : 'delivered',
        resend: 'second-sms',
        values: delivered,
      };
    }
    case 'UNDELIVERABLE':
      return { id: 'undeliverable', resend: risk, values: { ...values, finalAt: time(finalAt) } };
    case 'REJECTED':
      return { id: 'rejected', resend: risk, values: { ...values, finalAt: time(finalAt) } };
    case 'UNKNOWN':
      return { id: code === 'GIVEN_UP' ? 'given-up' : 'unknown', resend: 'second-sms', values };
    case 'CANCELLED':
      return { id: 'cancelled', resend: risk, values: { ...values, finalAt: time(finalAt) } };
    case 'EXPIRED':
      return { id: 'expired', resend: risk, values: { ...values, finalAt: time(finalAt) } };
  }
}

/**
 * Whether the code tells why the latest attempt has no answer: a report leaves it alone. Where an attempt before was released, it may still be
 * the code of that release; then only a trace of the latest attempt shows a doubt.
 */
export function hasDoubtCode({ code, attempt }: ImsMessage, traces: readonly Trace[]): boolean {
  if (code === null || code === 'SUCCESS') return false;
  const wasReleased = traces.some(({ kind }) => kind === 'released');
  return !wasReleased || traces.some((trace) => trace.kind === 'unconfirmed' && trace.attempt === attempt);
}

/** What a message's state allows. */
export function actionsOf({ state }: Pick<ImsMessage, 'state'>): MessageAction[] {
  if (state === 'QUEUED') return ['cancel'];
  return state === 'UNCONFIRMED' ? ['resend', 'give-up'] : [];
}

function time(at: Date | null): string | null {
  return at?.toISOString() ?? null;
}
