import { classifyAnswerCode, isHolding, isRefusal, readToken, type AnswerCodeMeanings } from '../protocol/index.js';
import type { HeldBack, ReceivedPage, ReportExchange, SendOutcome } from './exchange-outcome.js';
import type { RawExchange } from './http-exchange.js';
import { storable } from './raw-answer.js';
import type { RequestEcho } from './request-echo.js';
import type { GatewayTransport } from './transport/gateway-transport.js';

/** What the end of an exchange means for the messages of its request. */
export function outcomeOf(
  end: RawExchange | HeldBack,
  transport: GatewayTransport,
  echo: RequestEcho,
  meanings: AnswerCodeMeanings,
): SendOutcome {
  if (end.kind === 'unsent' || end.kind === 'refused') return end;
  const { received } = end;
  const unconfirmed = (reason: string): SendOutcome => {
    return { kind: 'unconfirmed', reason, rawAnswer: rawAnswerOf(received, transport, echo) };
  };
  if (end.kind === 'unconfirmed') return unconfirmed(end.reason);
  const answer = transport.readAnswer(end.received);
  switch (answer.kind) {
    case 'success':
      return { kind: 'accepted', entries: answer.entries };
    case 'unreadable':
      return unconfirmed('UNREADABLE');
    case 'undecipherable':
      return unconfirmed('UNDECIPHERABLE');
    case 'error': {
      const { code } = answer;
      const kind = classifyAnswerCode(code, meanings);
      return isRefusal(kind) || isHolding(kind) ? { kind: 'refused', code } : unconfirmed(code);
    }
  }
}

/** What a call for delivery reports brought. */
export function pageOf(end: RawExchange | HeldBack, transport: GatewayTransport, echo: RequestEcho): ReportExchange {
  switch (end.kind) {
    case 'answered':
      if (lacksItsBody(end.received)) return { kind: 'unconfirmed', reason: 'CUT_SHORT', rawAnswer: null, page: null };
      return { kind: 'answered', ...transport.readPage(end.received) };
    case 'unconfirmed': {
      const { reason, received } = end;
      const page = received && transport.readPage(received);
      return { kind: 'unconfirmed', reason, rawAnswer: rawAnswerOf(received, transport, echo), page };
    }
    // It carries no message, so no canary holds it back: `refused` is none of its ends.
    default:
      return { kind: 'unsent', reason: end.kind === 'refused' ? end.code : end.reason };
  }
}

/** Of a body that is there, its content shows whether it is whole. */
function lacksItsBody({ body, headerCode, isOpenEnded }: ReceivedPage): boolean {
  return isOpenEnded === true && readToken(headerCode) === 'SUCCESS' && body.toString('latin1').trim() === '';
}

/** What of an answer without use is kept with the messages of its request. */
function rawAnswerOf(received: ReceivedPage | null, transport: GatewayTransport, echo: RequestEcho): string | null {
  return received && storable(transport.textOf(received.body), echo);
}
