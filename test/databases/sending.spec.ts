import { afterEach, describe, expect, it } from '@jest/globals';
import {
  EmayImsConflictError,
  EmayImsRejectedError,
  EmayImsUnconfirmedError,
  EmayImsUnsentError,
  EmayImsValidationError,
} from 'nestjs-emay-ims';
import { startSimulator } from 'emay-ims-simulator';
import { databasesUnderTest } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { ACCOUNT, mobiles, QUIET, startGatewayApp, type GatewayApp } from '../support/gateway-app.js';

describe.each(databasesUnderTest())('sending on %s', (kind) => {
  let app: GatewayApp;
  afterEach(() => app.close());

  it('sends one message and follows it to DELIVERED', async () => {
    app = await startGatewayApp(kind);
    const sent = await app.ims.send({ mobile: '+61 422-118-000', content: 'Your code is 4711' });
    expect(sent).toMatchObject({ state: 'ACCEPTED', mobile: '+61422118000', code: 'SUCCESS', attempts: 1 });
    expect(sent.customImsId).toMatch(/^[0-9a-f]{32}$/);
    expect(sent.imsId).toMatch(/^\d{1,20}$/);
    expect(app.simulator.accepted()).toHaveLength(1);
    expect(app.simulator.accepted()[0]).toMatchObject({ mobile: '0061422118000', customImsId: sent.customImsId });

    expect(await app.ims.pullReports()).toMatchObject({ reports: 1, applied: 1, orphaned: 0, stoppedBy: null });
    const delivered = await app.ims.findOne(sent.customImsId);
    expect(delivered).toMatchObject({ state: 'DELIVERED', reportState: 'DELIVRD', reportDescription: '成功' });
    expect(delivered?.finalAt).toBeInstanceOf(Date);
  });

  it('sends a batch of 650 in three requests, and each to its own recipient', async () => {
    app = await startGatewayApp(kind);
    const result = await app.ims.sendBatch({
      content: 'Hello',
      recipients: mobiles(650).map((mobile) => ({ mobile })),
    });
    expect(result.accepted.map(({ mobile }) => mobile)).toEqual(mobiles(650));
    expect(result).toMatchObject({ rejected: [], unconfirmed: [], queued: [] });
    expect(app.simulator.requests()).toHaveLength(3);
    const byId = new Map(app.simulator.accepted().map((message) => [message.customImsId, message]));
    for (const message of result.accepted) {
      expect(byId.get(message.customImsId)?.mobile).toBe(message.mobile.replace('+', '00'));
      expect(byId.get(message.customImsId)?.imsId).toBe(message.imsId);
    }
    expect(await app.ims.pullReports()).toMatchObject({ pages: 2, reports: 650, applied: 650 });
    expect(await app.ims.stats()).toMatchObject({ DELIVERED: 650, ACCEPTED: 0 });
  });

  it('sends each its own text, and never the same number twice in one request', async () => {
    app = await startGatewayApp(kind);
    const messages = [...mobiles(3), ...mobiles(3), ...mobiles(1)].map((mobile, index) => ({
      mobile,
      content: `Text ${index}`,
    }));
    const result = await app.ims.sendPersonalized({ messages });
    expect(result.accepted.map(({ content }) => content)).toEqual(messages.map(({ content }) => content));
    expect(app.simulator.requests()).toHaveLength(3);
    await app.ims.pullReports();
    expect(await app.ims.stats()).toMatchObject({ DELIVERED: 7 });
  });

  it('returns the first message for the same id and payload, and refuses another payload', async () => {
    app = await startGatewayApp(kind);
    const message = { mobile: '+61422118000', content: 'Hello', customImsId: 'order-1' };
    const first = await app.ims.send(message);
    expect(await app.ims.send({ ...message, mobile: '0061 422 118 000' })).toEqual(first);
    await expect(app.ims.send({ ...message, content: 'Other' })).rejects.toThrow(EmayImsConflictError);
    await expect(app.ims.enqueue([{ ...message, mobile: '+61422118001' }])).rejects.toThrow(EmayImsConflictError);
    expect(app.simulator.accepted()).toHaveLength(1);
  });

  it('keeps ids that differ only in case apart', async () => {
    app = await startGatewayApp(kind);
    await app.ims.send({ mobile: '+61422118000', content: 'One', customImsId: 'AbC' });
    await app.ims.send({ mobile: '+61422118001', content: 'Two', customImsId: 'aBc' });
    expect((await app.ims.findOne('AbC'))?.content).toBe('One');
    expect((await app.ims.findOne('aBc'))?.content).toBe('Two');
  });

  it('lists every violation by index, and stores and sends nothing', async () => {
    app = await startGatewayApp(kind);
    const attempt = app.ims.enqueue([
      { mobile: '+61422118000', content: 'Fine' },
      { mobile: '12', content: ' ' },
      { mobile: '+61422118001', content: 'x'.repeat(501), customImsId: 'y'.repeat(33) },
    ]);
    await expect(attempt).rejects.toThrow(EmayImsValidationError);
    await expect(attempt).rejects.toMatchObject({
      violations: [
        { index: 1, property: 'mobile' },
        { index: 1, property: 'content' },
        { index: 2, property: 'content' },
        { index: 2, property: 'customImsId' },
      ],
    });
    expect(Object.values(await app.ims.stats()).every((count) => count === 0)).toBe(true);
    expect(app.simulator.requests()).toHaveLength(0);
  });

  it('throws for a message the gateway refuses, and stores it as REJECTED', async () => {
    app = await startGatewayApp(kind);
    app.simulator.inject({ kind: 'code', code: 'ERROR_MOBILE_ERROR', times: 1 });
    const attempt = app.ims.send({ mobile: '+61422118000', content: 'Hello', customImsId: 'refused' });
    await expect(attempt).rejects.toThrow(EmayImsRejectedError);
    await expect(attempt).rejects.toMatchObject({ code: 'ERROR_MOBILE_ERROR', retryable: false });
    expect(await app.ims.findOne('refused')).toMatchObject({ state: 'REJECTED', code: 'ERROR_MOBILE_ERROR' });
  });

  it('does not send by itself what a failed direct send could not, but does when it is called again', async () => {
    app = await startGatewayApp(kind, { module: { ...QUIET, dispatch: { enabled: true, intervalMs: 20 } } });
    const { port } = app.simulator;
    await app.simulator.stop();
    const message = { mobile: '+61422118000', content: 'Hello', customImsId: 'again' };
    await expect(app.ims.send(message)).rejects.toThrow(EmayImsUnsentError);
    expect(await app.ims.findOne('again')).toMatchObject({ state: 'QUEUED', code: 'ECONNREFUSED', dueAt: null });

    app.simulator = await startSimulator({ accounts: [ACCOUNT], port });
    await app.ims.enqueue([{ mobile: '+61422118001', content: 'A later one', customImsId: 'later' }]);
    await eventually(
      () => app.ims.findOne('later'),
      (later) => later?.state === 'ACCEPTED',
    );
    expect(app.simulator.accepted().map(({ customImsId }) => customImsId)).toEqual(['later']);
    expect(await app.ims.send(message)).toMatchObject({ state: 'ACCEPTED', attempts: 2 });
    expect(app.simulator.accepted()).toHaveLength(2);
  });

  it('leaves a message UNCONFIRMED when the connection breaks after the request, and never sends it again', async () => {
    app = await startGatewayApp(kind);
    app.simulator.inject({ kind: 'reset-after', times: 1 });
    const message = { mobile: '+61422118000', content: 'Hello', customImsId: 'doubt' };
    await expect(app.ims.send(message)).rejects.toThrow(EmayImsUnconfirmedError);
    await expect(app.ims.send(message)).rejects.toThrow(EmayImsUnconfirmedError);
    expect(await app.ims.findOne('doubt')).toMatchObject({ state: 'UNCONFIRMED', attempts: 1 });
    expect(app.simulator.accepted()).toHaveLength(1);
    await app.ims.pullReports();
    expect(await app.ims.findOne('doubt')).toMatchObject({ state: 'DELIVERED' });
  });

  it('sends what is queued in the background, in as few requests as possible', async () => {
    app = await startGatewayApp(kind, { module: { ...QUIET, dispatch: { enabled: true, intervalMs: 50 } } });
    const stored = await app.ims.enqueue(mobiles(650).map((mobile) => ({ mobile, content: 'Hello' })));
    expect(stored).toHaveLength(650);
    await eventually(
      () => app.ims.stats(),
      ({ ACCEPTED }) => ACCEPTED === 650,
    );
    expect(app.simulator.requests()).toHaveLength(3);
  });

  it('sends what is due by priority, and neither what is for later nor what has expired', async () => {
    app = await startGatewayApp(kind, {
      module: { ...QUIET, dispatch: { enabled: true, intervalMs: 50, maxBatchSize: 1, concurrency: 1 } },
    });
    const [low, high, later, expired] = mobiles(4) as [string, string, string, string];
    await app.ims.enqueue([
      { mobile: low, content: 'low', customImsId: 'low' },
      { mobile: high, content: 'high', customImsId: 'high', priority: 9 },
      { mobile: later, content: 'later', customImsId: 'later', sendAt: new Date('2099-01-01') },
      { mobile: expired, content: 'expired', customImsId: 'expired', expiresAt: new Date('2020-01-01'), priority: 9 },
    ]);
    await eventually(
      () => app.ims.stats(),
      ({ ACCEPTED }) => ACCEPTED === 2,
    );
    expect(app.simulator.accepted().map(({ customImsId }) => customImsId)).toEqual(['high', 'low']);
    expect(await app.ims.findOne('later')).toMatchObject({ state: 'QUEUED', attempts: 0 });
    expect(await app.ims.cancel('later')).toBe(true);
    expect(await app.ims.cancel('low')).toBe(false);
  });

  it('sends now, or says that it will not: a batch queues what is for later', async () => {
    app = await startGatewayApp(kind);
    const sendAt = new Date('2099-01-01');
    const message = { mobile: '+61422118000', content: 'Hello' };
    await expect(app.ims.send({ ...message, sendAt })).rejects.toThrow(EmayImsValidationError);
    await expect(app.ims.send({ ...message, expiresAt: new Date('2020-01-01') })).rejects.toThrow(
      EmayImsValidationError,
    );
    const { queued, accepted } = await app.ims.sendPersonalized({
      messages: [message, { ...message, mobile: '+61422118001', sendAt }],
    });
    expect([queued.length, accepted.length]).toEqual([1, 1]);
    expect(queued[0]).toMatchObject({ state: 'QUEUED', sendAt });
  });

  it('finds the culprit of a refused batch and sends its neighbours', async () => {
    app = await startGatewayApp(kind);
    const messages = mobiles(20).map((mobile, index) => ({ mobile, content: `Text ${index}` }));
    // 99990 26: the whole request is answered with ERROR_MOBILE_ERROR.
    messages[13] = { mobile: '+61429999026', content: 'Culprit' };
    const result = await app.ims.sendPersonalized({ messages });
    expect(result.rejected).toMatchObject([{ content: 'Culprit', code: 'ERROR_MOBILE_ERROR' }]);
    expect(result.accepted).toHaveLength(19);
    expect(app.simulator.accepted()).toHaveLength(19);
  });

  it('burns no message with a wrong key, and sends them once it is right', async () => {
    app = await startGatewayApp(kind, {
      module: { ...QUIET, dispatch: { enabled: true, intervalMs: 20, minBackoffMs: 20, maxBackoffMs: 40 } },
    });
    app.simulator.inject({ kind: 'code', code: 'ERROR_SIGN', times: 5 });
    await app.ims.enqueue(mobiles(400).map((mobile) => ({ mobile, content: 'Hello' })));
    await eventually(
      () => app.ims.stats(),
      ({ ACCEPTED }) => ACCEPTED === 400,
    );
    expect(app.simulator.accepted()).toHaveLength(400);
    expect(await app.ims.stats()).toMatchObject({ UNCONFIRMED: 0, REJECTED: 0 });
  });

  it('stops at a gateway that answers nonsense, after a few messages', async () => {
    app = await startGatewayApp(kind, {
      module: { ...QUIET, dispatch: { enabled: true, intervalMs: 20, minBackoffMs: 60_000, concurrency: 2 } },
    });
    app.simulator.inject({ kind: 'html', times: Infinity });
    await app.ims.enqueue(mobiles(3_000).map((mobile) => ({ mobile, content: 'Hello' })));
    const stats = await eventually(
      () => app.ims.stats(),
      ({ UNCONFIRMED, SUBMITTING }) => UNCONFIRMED > 0 && SUBMITTING === 0,
    );
    expect(stats.UNCONFIRMED).toBeLessThanOrEqual(600);
    expect(stats.QUEUED).toBeGreaterThanOrEqual(2_400);
  });
});
