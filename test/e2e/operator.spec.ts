import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  EmayImsConflictError,
  EmayImsStoreError,
  EmayImsUnconfirmedError,
  EmayImsValidationError,
} from 'nestjs-emay-ims';
import { databasesUnderTest } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { ACCOUNT, QUIET, startGatewayApp, type GatewayApp } from '../support/gateway-app.js';

const MESSAGE = { mobile: '+61422118000', content: 'Hello', customImsId: 'doubt' };
const DECISION = { decidedBy: 'night shift', reason: 'The recipient says that nothing came.' };

describe.each(databasesUnderTest())('a person in front of an UNCONFIRMED message on %s', (kind) => {
  let app: GatewayApp;
  beforeEach(async () => {
    app = await startGatewayApp(kind, { module: { ...QUIET, dispatch: { enabled: true, intervalMs: 20 } } });
    app.simulator.inject({ kind: 'reset-before', on: ['sendSingleIMS'] });
    await expect(app.ims.send(MESSAGE)).rejects.toThrow(EmayImsUnconfirmedError);
  });
  afterEach(() => app.close());

  it('sees it in the status', async () => {
    expect(await app.ims.status()).toMatchObject({ account: 'default', unconfirmed: 1, possibleLosses: 0 });
  });

  it('has it sent again, which is kept with who, when and why', async () => {
    const resolved = await app.ims.resolveUnconfirmed('doubt', { decision: 'resend', ...DECISION });
    expect(['QUEUED', 'SUBMITTING', 'ACCEPTED']).toContain(resolved.state);
    await eventually(
      () => app.ims.findOne('doubt'),
      (message) => message?.state === 'ACCEPTED',
    );
    expect(app.simulator.accepted()).toHaveLength(1);
    expect(await app.ims.resolutions('doubt')).toMatchObject([
      { customImsId: 'doubt', decision: 'resend', ...DECISION, decidedAt: expect.any(Date) },
    ]);
  });

  it('gives it up; it is not sent, and a report that still comes settles it', async () => {
    const resolved = await app.ims.resolveUnconfirmed('doubt', { decision: 'give-up', ...DECISION });
    expect(resolved).toMatchObject({ state: 'UNKNOWN', code: 'GIVEN_UP' });
    expect(app.simulator.accepted()).toHaveLength(0);
    const { appId } = ACCOUNT;
    const time = '2026-01-01 00:00:00';
    const report = { customImsId: 'doubt', mobile: '0061422118000', state: 'DELIVRD', receiveTime: time };
    app.simulator.pushReport(appId, { ...report, imsId: '1', submitTime: time });
    await app.ims.pullReports();
    expect(await app.ims.findOne('doubt')).toMatchObject({ state: 'DELIVERED' });
  });

  it.each([
    ['NUL', { reason: 'a\0b' }],
    ['half of a character', { decidedBy: 'night \ud83d' }],
    ['more characters than are kept, as a database counts them', { reason: '❤️'.repeat(500) }],
  ])('is told where the decision holds %s', async (_what, wrong) => {
    const told = app.ims.resolveUnconfirmed('doubt', { decision: 'resend', ...DECISION, ...wrong });
    await expect(told).rejects.toThrow(EmayImsValidationError);
    expect(await app.ims.findOne('doubt')).toMatchObject({ state: 'UNCONFIRMED' });
  });

  it.each<[string, (id: string) => Promise<unknown>]>([
    ['findOne', (id) => app.ims.findOne(id)],
    ['cancel', (id) => app.ims.cancel(id)],
    ['resolutions', (id) => app.ims.resolutions(id)],
    ['resolveUnconfirmed', (id) => app.ims.resolveUnconfirmed(id, { decision: 'resend', ...DECISION })],
    ['retryReportPages', (pullId) => app.ims.retryReportPages({ pullId })],
  ])('is no failure of the database for an id that nothing can have: %s', async (_call, call) => {
    const end = await call('a\0b').catch((error: unknown) => error);
    expect(end).not.toBeInstanceOf(EmayImsStoreError);
  });

  it('decides about what was looked at alone: once it has been handed over again, it is another doubt', async () => {
    const seen = await app.ims.findOne('doubt');
    app.simulator.inject({ kind: 'reset-before', on: ['sendSingleIMS'] });
    await app.ims.resolveUnconfirmed('doubt', { decision: 'resend', ...DECISION });
    await eventually(
      () => app.ims.findOne('doubt'),
      (message) => message?.state === 'UNCONFIRMED' && message.attempts > (seen?.attempts ?? 0),
    );
    for (const decision of ['resend', 'give-up'] as const) {
      const late = app.ims.resolveUnconfirmed('doubt', { decision, attempts: seen?.attempts, ...DECISION });
      await expect(late).rejects.toThrow(EmayImsConflictError);
    }
    expect(await app.ims.resolutions('doubt')).toHaveLength(1);
    const now = await app.ims.findOne('doubt');
    const decided = app.ims.resolveUnconfirmed('doubt', { decision: 'give-up', attempts: now?.attempts, ...DECISION });
    expect(await decided).toMatchObject({ state: 'UNKNOWN' });
  });

  it('can decide once, about what is in doubt, and must say who and why', async () => {
    await app.ims.resolveUnconfirmed('doubt', { decision: 'give-up', ...DECISION });
    const again = app.ims.resolveUnconfirmed('doubt', { decision: 'resend', ...DECISION });
    await expect(again).rejects.toThrow(EmayImsConflictError);
    const nobody = app.ims.resolveUnconfirmed('nobody', { decision: 'resend', ...DECISION });
    await expect(nobody).rejects.toThrow(EmayImsConflictError);
    const anonymous = app.ims.resolveUnconfirmed('doubt', { decision: 'resend', decidedBy: '', reason: 'x' });
    await expect(anonymous).rejects.toThrow(EmayImsValidationError);
    expect(await app.ims.resolutions('doubt')).toHaveLength(1);
  });
});
