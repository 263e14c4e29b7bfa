import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Span } from '@opentelemetry/api';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-base';
import { EmayImsUnconfirmedError, REQUEST_CHANNEL } from 'nestjs-emay-ims';
import { EmayImsTracingModule } from 'nestjs-emay-ims/opentelemetry';
import { eventually } from '../support/eventually.js';
import { mobiles } from '../support/gateway-app.js';
import { AsyncContextManager } from './support/async-context-manager.js';
import { CANARIES, MOBILE, startObservedApp, TEXT, type ObservedApp } from './support/observed-app.js';

describe('the spans of calls to the gateway', () => {
  const exporter = new InMemorySpanExporter();
  /** A processor of the host's that does nothing, until it is to fail. */
  const processor = {
    onStart: jest.fn<() => void>(),
    onEnd: jest.fn<() => void>(),
    forceFlush: async () => undefined,
    shutdown: async () => undefined,
  };
  let observed: ObservedApp;

  beforeAll(() => {
    context.setGlobalContextManager(new AsyncContextManager());
    const spanProcessors = [new SimpleSpanProcessor(exporter), processor];
    trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors }));
  });
  afterAll(() => {
    trace.disable();
    context.disable();
  });
  beforeEach(async () => {
    exporter.reset();
    processor.onStart.mockReset();
    processor.onEnd.mockReset();
    observed = await startObservedApp('sqlite', {
      module: { http: { timeoutMs: 5_000 } },
      imports: [EmayImsTracingModule],
    });
  });
  afterEach(() => observed.close());

  const send = () => observed.ims.send({ mobile: MOBILE, content: TEXT });
  const spans = () => exporter.getFinishedSpans();
  const only = (): ReadableSpan => {
    expect(spans()).toHaveLength(1);
    return spans()[0] as ReadableSpan;
  };

  it('tell the call, its size, its server and how it ended', async () => {
    await observed.ims.sendBatch({ content: TEXT, recipients: mobiles(3).map((mobile) => ({ mobile })) });
    const { name, kind, status, attributes } = only();
    expect({ name, kind, status }).toEqual({
      name: 'sendBatchIMS',
      kind: SpanKind.CLIENT,
      status: { code: SpanStatusCode.UNSET },
    });
    expect(attributes).toEqual({
      'messaging.system': 'emay_ims',
      'messaging.operation.name': 'sendBatchIMS',
      'messaging.operation.type': 'send',
      'messaging.batch.message_count': 3,
      'server.address': '127.0.0.1',
      'server.port': Number(new URL(observed.simulator.url).port),
      'emay_ims.account': 'default',
      'emay_ims.outcome': 'accepted',
      'emay_ims.code': 'SUCCESS',
    });
  });

  it('are one for each call, however many applications of the process make spans', async () => {
    const another = await Test.createTestingModule({ imports: [EmayImsTracingModule] }).compile();
    await another.init();
    await send();
    expect(only().name).toBe('sendSingleIMS');
    await another.close();
    await another.close();
    await (await Test.createTestingModule({ imports: [EmayImsTracingModule] }).compile()).close();
    exporter.reset();
    await send();
    expect(only().name).toBe('sendSingleIMS');
  });

  it('are errors, with their code, where the gateway refused or nobody knows', async () => {
    observed.simulator.inject({ kind: 'code', code: 'ERROR_MOBILE_ERROR', times: 1 });
    await expect(send()).rejects.toThrow('ERROR_MOBILE_ERROR');
    observed.simulator.inject({ kind: 'code', code: '+61422118777', times: 1 });
    await expect(send()).rejects.toThrow(EmayImsUnconfirmedError);
    observed.simulator.inject({ kind: 'hang' });
    await expect(send()).rejects.toThrow('TIMEOUT');
    expect(spans().map(({ status, attributes }) => [status.code, attributes['error.type']])).toEqual([
      [SpanStatusCode.ERROR, 'ERROR_MOBILE_ERROR'],
      [SpanStatusCode.ERROR, 'UNLISTED'],
      [SpanStatusCode.ERROR, 'TIMEOUT'],
    ]);
  });

  it('are there for the pull of reports', async () => {
    await observed.ims.pullReports();
    const { name, attributes } = only();
    expect(name).toBe('getIMSReport');
    expect(attributes).toMatchObject({ 'messaging.operation.type': 'receive', 'emay_ims.outcome': 'answered' });
  });

  it("are children of the caller's span, and active while the request runs", async () => {
    const activeDuring: (Span | undefined)[] = [];
    const onRequest = () => void activeDuring.push(trace.getActiveSpan());
    subscribe('http.client.request.start', onRequest);
    const caller = trace.getTracer('test').startSpan('caller');
    await context.with(trace.setSpan(context.active(), caller), async () => {
      await send();
      expect(trace.getActiveSpan()).toBe(caller);
    });
    unsubscribe('http.client.request.start', onRequest);
    const span = only();
    expect(span.parentSpanContext?.spanId).toBe(caller.spanContext().spanId);
    expect(span.spanContext().traceId).toBe(caller.spanContext().traceId);
    expect(activeDuring.map((active) => active?.spanContext().spanId)).toEqual([span.spanContext().spanId]);
  });

  it('are active also under a Node that runs what is bound to a channel in another way', async () => {
    const activeDuring: (string | undefined)[] = [];
    const onRequest = () => void activeDuring.push(trace.getActiveSpan()?.spanContext().spanId);
    const start = channel(`tracing:${REQUEST_CHANNEL}:start`);
    const runStores = jest.spyOn(start, 'runStores').mockImplementation((message, work, self, ...given) => {
      start.publish(message);
      return work.apply(self as never, given);
    });
    subscribe('http.client.request.start', onRequest);
    await send();
    unsubscribe('http.client.request.start', onRequest);
    runStores.mockRestore();
    expect(activeDuring).toEqual([only().spanContext().spanId]);
  });

  it('of background calls have no parent, such as the span in which an instrumentation has the application made', async () => {
    await observed.close();
    exporter.reset();
    const start = trace.getTracer('test').startSpan('Create Nest App');
    observed = await context.with(trace.setSpan(ROOT_CONTEXT, start), () =>
      startObservedApp('sqlite', {
        module: { reports: { intervalMs: 10 }, dispatch: { intervalMs: 10 } },
        imports: [EmayImsTracingModule],
      }),
    );
    start.end();
    const caller = trace.getTracer('test').startSpan('caller');
    await context.with(trace.setSpan(ROOT_CONTEXT, caller), () =>
      observed.ims.enqueue([{ mobile: MOBILE, content: TEXT }]),
    );
    const calls = ['getIMSReport', 'sendSingleIMS'];
    await eventually(
      () => new Set(spans().map(({ name }) => name)),
      (made) => calls.every((call) => made.has(call)),
    );
    const made = spans().filter(({ name }) => calls.includes(name));
    expect(made.map(({ parentSpanContext }) => parentSpanContext)).toEqual(made.map(() => undefined));
  });

  it('hold no number, text, id or key', async () => {
    const { customImsId, imsId } = await send();
    await observed.ims.pullReports();
    const said = JSON.stringify(
      spans().map(({ name, attributes, events, status, links }) => ({ name, attributes, events, status, links })),
    );
    expect(spans()).toHaveLength(2);
    for (const canary of [...CANARIES, customImsId, String(imsId)]) expect(said).not.toContain(canary);
  });

  it.each(['onStart', 'onEnd'] as const)(
    "neither end the process nor change a call, where the host's %s throws",
    async (hook) => {
      processor[hook].mockImplementation(() => {
        throw new Error('the processor failed');
      });
      expect((await send()).state).toBe('ACCEPTED');
      expect(await observed.ims.pullReports()).toMatchObject({ stoppedBy: null });
      // Jest fails the test for what is thrown as an uncaught exception, as Node does with what a subscriber throws.
      expect(processor[hook]).toHaveBeenCalledTimes(2);
    },
  );

  it('end with the application', async () => {
    const { ims } = observed;
    await observed.app.close();
    await ims.send({ mobile: MOBILE, content: TEXT }).catch(() => undefined);
    expect(spans()).toEqual([]);
  });
});
