import { subscribe, tracingChannel, unsubscribe } from 'node:diagnostics_channel';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  EmayImsClient,
  REPORT_PAGE_CHANNEL,
  REQUEST_CHANNEL,
  SETTLED_CHANNEL,
  type ImsRequestTrace,
} from 'nestjs-emay-ims';
import { mobiles } from '../support/gateway-app.js';
import { CANARIES, MOBILE, startObservedApp, TEXT, type ObservedApp } from './support/observed-app.js';

describe('the diagnostics channels', () => {
  let observed: ObservedApp;
  const heard: Record<string, unknown>[] = [];
  const hear = (message: unknown) => void heard.push({ ...(message as object) });
  const nothing = () => undefined;
  const requests = {
    start: nothing,
    end: nothing,
    asyncStart: nothing,
    asyncEnd: hear as (trace: ImsRequestTrace) => void,
    error: hear as (trace: ImsRequestTrace) => void,
  };

  beforeEach(async () => {
    heard.length = 0;
    observed = await startObservedApp('sqlite', { module: { http: { timeoutMs: 20_000 } } });
    tracingChannel<unknown, ImsRequestTrace>(REQUEST_CHANNEL).subscribe(requests);
    subscribe(SETTLED_CHANNEL, hear);
    subscribe(REPORT_PAGE_CHANNEL, hear);
  });
  afterEach(async () => {
    tracingChannel<unknown, ImsRequestTrace>(REQUEST_CHANNEL).unsubscribe(requests);
    unsubscribe(SETTLED_CHANNEL, hear);
    unsubscribe(REPORT_PAGE_CHANNEL, hear);
    await observed.close();
  });

  it('tell of requests, what they settled, and pages of reports: counts and codes, nothing else', async () => {
    await observed.ims.sendBatch({ content: TEXT, recipients: mobiles(2).map((mobile) => ({ mobile })) });
    await observed.ims.pullReports();
    const origin = new URL(observed.simulator.url).origin;
    expect(heard).toEqual([
      {
        account: 'default',
        call: 'sendBatchIMS',
        size: 2,
        origin,
        outcome: 'accepted',
        code: 'SUCCESS',
        result: undefined,
      },
      { account: 'default', settled: [{ state: 'ACCEPTED', code: 'SUCCESS', messages: 2 }] },
      {
        account: 'default',
        call: 'getIMSReport',
        size: 500,
        origin,
        outcome: 'answered',
        code: null,
        result: undefined,
      },
      {
        account: 'default',
        reports: 2,
        applied: 2,
        orphaned: 0,
        quarantined: 0,
        conflicts: 0,
        states: { DELIVRD: 2 },
      },
    ]);
  });

  it('never tell a number, a text or a key, whatever the gateway answers', async () => {
    for (const code of ['ERROR_MOBILE_ERROR', MOBILE, TEXT]) {
      observed.simulator.clearFaults();
      observed.simulator.inject({ kind: 'code', code, on: ['sendSingleIMS'] });
      await observed.ims.send({ mobile: MOBILE, content: TEXT }).catch(nothing);
    }
    observed.simulator.clearFaults();
    observed.simulator.inject({ kind: 'html' });
    await observed.ims.send({ mobile: MOBILE, content: TEXT }).catch(nothing);
    await observed.ims.pullReports();
    expect(heard.map(({ code }) => code).filter(Boolean)).toEqual(expect.arrayContaining(['UNLISTED']));
    for (const canary of CANARIES) expect(JSON.stringify(heard)).not.toContain(canary);
  });

  it('tell of a call that cannot be made, and the caller gets its error', async () => {
    const client = observed.app.get(EmayImsClient);
    await expect(client.sendSingleIms({ mobile: 'nobody', content: TEXT, customImsId: 'id' })).rejects.toThrow(
      RangeError,
    );
    expect(heard).toHaveLength(2); // `error`, then `asyncEnd`
    expect(heard[1]).toMatchObject({ call: 'sendSingleIMS', outcome: null, code: null });
  });
});
