import { tracingChannel } from 'node:diagnostics_channel';
import { context, diag, SpanKind, SpanStatusCode, trace, type Attributes, type Span } from '@opentelemetry/api';
import { makeRequestWithin, REQUEST_CHANNEL, type ImsRequestTrace } from '../diagnostics/index.js';

const TRACER = 'nestjs-emay-ims';

/**
 * One span for each call to the gateway.
 *
 * - A child of the caller's active span, and itself active during the request, so that spans of HTTP lie below it.
 * - Attributes by the conventions for messaging, and our own below `emay_ims.`; never a number, text, id, key or signature.
 * - A sampler or processor of the host's that throws costs the span alone, and OpenTelemetry's `diag` is told: Node makes an uncaught
 *   exception of what a subscriber of a channel throws.
 */
export class RequestSpans {
  private readonly spans = new WeakMap<ImsRequestTrace, Span>();
  private readonly channel = tracingChannel<unknown, ImsRequestTrace>(REQUEST_CHANNEL);

  subscribe(): void {
    this.channel.subscribe(this.listeners);
  }

  unsubscribe(): void {
    this.channel.unsubscribe(this.listeners);
  }

  private begin(request: ImsRequestTrace): void {
    const parent = context.active();
    try {
      const span = trace
        .getTracer(TRACER)
        .startSpan(request.call, { kind: SpanKind.CLIENT, attributes: attributesOf(request) }, parent);
      this.spans.set(request, span);
      makeRequestWithin(request, (work) => context.with(trace.setSpan(parent, span), work));
    } catch (error) {
      diag.error('A span of nestjs-emay-ims could not be started', error);
    }
  }

  private readonly listeners = {
    start: (request: ImsRequestTrace) => this.begin(request),
    end: () => undefined,
    asyncStart: () => undefined,
    asyncEnd: (request: ImsRequestTrace) => {
      const span = this.spans.get(request);
      if (!span) return; // It began before anybody subscribed, or could not be started.
      try {
        endSpan(span, request);
      } catch (error) {
        diag.error('A span of nestjs-emay-ims could not be ended', error);
      }
    },
    error: () => undefined,
  };
}

function endSpan(span: Span, { outcome, code, origin }: ImsRequestTrace): void {
  span.setAttributes({ ...serverOf(origin), 'emay_ims.outcome': outcome ?? 'failed' });
  if (code !== null) span.setAttribute('emay_ims.code', code);
  if (outcome !== 'accepted' && outcome !== 'answered') {
    span.setAttribute('error.type', code ?? '_OTHER');
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end();
}

function attributesOf({ account, call, size }: ImsRequestTrace): Attributes {
  const isSend = call !== 'getIMSReport';
  return {
    'messaging.system': 'emay_ims',
    'messaging.operation.name': call,
    'messaging.operation.type': isSend ? 'send' : 'receive',
    'emay_ims.account': account,
    // Of reports it is known only once they are read, which is after the call.
    ...(isSend ? { 'messaging.batch.message_count': size } : {}),
  };
}

function serverOf(origin: string | null): Attributes {
  if (origin === null) return {};
  const { hostname, port, protocol } = new URL(origin);
  return { 'server.address': hostname, 'server.port': Number(port || (protocol === 'https:' ? 443 : 80)) };
}
