import { afterEach, describe, expect, it } from '@jest/globals';
import {
  EmayImsRejectedError,
  EmayImsUnconfirmedError,
  OnImsEvent,
  type EmayImsEvent,
  type EmayImsEventMap,
  type ImsMessageEvent,
} from 'nestjs-emay-ims';
import { filter, map } from 'rxjs';
import { KeptLogs } from '../module/workbench.js';
import { databasesUnderTest } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { ACCOUNT, QUIET, startGatewayApp, type GatewayApp, type GatewayAppOptions } from '../support/gateway-app.js';

const MESSAGE = { mobile: '+61422118000', content: 'A text of its own', customImsId: 'one' };

describe.each(databasesUnderTest())('events of an application on %s', (kind) => {
  let app: GatewayApp;
  let heard: EmayImsEvent[];
  afterEach(() => app.close());

  const start = async (options: GatewayAppOptions = {}) => {
    app = await startGatewayApp(kind, options);
    heard = [];
    app.ims.events$.subscribe((event) => heard.push(event));
  };
  const types = () => heard.map(({ type }) => type);
  const reported = (customImsId: string, state: string) => ({
    customImsId,
    imsId: '1',
    mobile: '0061422118000',
    state,
    submitTime: '2026-01-01 00:00:00',
    receiveTime: '2026-01-01 00:00:01',
  });

  it('follow a message from a direct send to its report, without its text', async () => {
    await start();
    await app.ims.send(MESSAGE);
    await app.ims.pullReports();
    expect(types()).toEqual(['message.accepted', 'message.delivered']);
    expect(heard[1]).toMatchObject({
      account: 'default',
      customImsId: 'one',
      mobile: MESSAGE.mobile,
      reportState: 'DELIVRD',
    });
    expect(JSON.stringify(heard)).not.toContain(MESSAGE.content);
  });

  it('come once, though reports come twice and in any order', async () => {
    await start();
    await app.ims.send(MESSAGE);
    await app.ims.pullReports();
    for (const state of ['DELIVRD', 'UNDELIV', 'DELIVRD'])
      app.simulator.pushReport(ACCOUNT.appId, reported('one', state));
    await app.ims.pullReports();
    expect(types()).toEqual(['message.accepted', 'message.delivered']);
  });

  it('tell of refusals and of doubts, and of what settles them', async () => {
    await start();
    app.simulator.inject({ kind: 'code', code: 'ERROR_MOBILE_ERROR', times: 1 });
    await expect(app.ims.send(MESSAGE)).rejects.toThrow(EmayImsRejectedError);
    app.simulator.inject({ kind: 'reset-after', times: 1 });
    await expect(app.ims.send({ ...MESSAGE, customImsId: 'two' })).rejects.toThrow(EmayImsUnconfirmedError);
    await app.ims.pullReports();
    expect(types().filter((type) => type.startsWith('message.'))).toEqual([
      'message.rejected',
      'message.unconfirmed',
      'message.delivered',
    ]);
    expect(heard[0]).toMatchObject({ customImsId: 'one', code: 'ERROR_MOBILE_ERROR' });
  });

  it('tell of every message that the dispatcher sends', async () => {
    await start({ module: { ...QUIET, dispatch: { enabled: true, intervalMs: 20 } } });
    await app.ims.enqueue(
      Array.from({ length: 700 }, (_, index) => ({
        ...MESSAGE,
        mobile: `+61${422_118_000 + index}`,
        customImsId: `${index}`,
      })),
    );
    await eventually(types, ({ length }) => length >= 700);
    await app.ims.pullReports();
    expect(types().filter((type) => type === 'message.accepted')).toHaveLength(700);
    const delivered = heard.filter(({ type }) => type === 'message.delivered') as ImsMessageEvent[];
    expect(new Set(delivered.map(({ customImsId }) => customImsId)).size).toBe(700);
    expect(heard).toHaveLength(1_400);
  });

  it('tell of reports of nobody and of reports that cannot be read', async () => {
    await start();
    app.simulator.pushReport(ACCOUNT.appId, reported('stranger', 'DELIVRD'));
    await app.ims.pullReports();
    app.simulator.inject({ kind: 'malformed-reports', times: 1 });
    app.simulator.pushReport(ACCOUNT.appId, reported('another', 'DELIVRD'));
    await app.ims.pullReports();
    expect(types()).toContain('report.orphaned');
    expect(types()).toContain('report.quarantined');
    expect(heard[0]).toMatchObject({
      type: 'report.orphaned',
      customImsId: 'stranger',
      mobile: '+61422118000',
      position: 0,
    });
  });

  it('tell once of a pull whose answer was lost', async () => {
    await start();
    app.simulator.inject({ kind: 'reset-after', on: ['getIMSReport'], times: 1 });
    await app.ims.pullReports();
    await app.ims.pullReports();
    expect(types()).toEqual(['reports.possible-loss']);
    expect(await app.ims.status()).toMatchObject({ possibleLosses: 1 });
  });

  it('tell when the circuit opens, once, and when it closes', async () => {
    await start({
      module: { ...QUIET, dispatch: { enabled: true, intervalMs: 20, minBackoffMs: 20, maxBackoffMs: 40 } },
    });
    app.simulator.inject({ kind: 'code', code: 'ERROR_SIGN', times: 3 });
    await app.ims.enqueue([MESSAGE]);
    await eventually(types, (all) => all.includes('message.accepted'));
    expect(types().toSorted()).toEqual(['account.circuit-closed', 'account.circuit-opened', 'message.accepted']);
    const opened = heard.find(({ type }) => type === 'account.circuit-opened');
    expect(opened).toMatchObject({
      circuit: 'sending',
      reason: 'ERROR_SIGN',
      refusesAccount: true,
      account: 'default',
    });
  });

  it('find the new state in the service, wherever they are heard', async () => {
    const seen: (string | undefined)[] = [];
    const look = async ({ customImsId }: ImsMessageEvent) => seen.push((await app.ims.findOne(customImsId))?.state);
    class Listener {
      @OnImsEvent('message.*')
      async onMessage(event: ImsMessageEvent) {
        await look(event);
      }
    }
    await start({ providers: [Listener] });
    app.ims.events$.subscribe((event) => void look(event as ImsMessageEvent));
    await app.ims.send(MESSAGE);
    await eventually(
      () => seen,
      ({ length }) => length === 2,
    );
    expect(seen).toEqual(['ACCEPTED', 'ACCEPTED']);
  });

  it('survive listeners that throw and reject, which are logged without number and text', async () => {
    const logs = new KeptLogs();
    const calls: string[] = [];
    class Careless {
      @OnImsEvent('message.accepted')
      throws({ mobile }: EmayImsEventMap['message.accepted']) {
        calls.push('throws');
        throw new TypeError(`cannot tell ${mobile}`);
      }

      @OnImsEvent('*')
      async rejects(event: EmayImsEvent) {
        calls.push('rejects');
        throw new RangeError(JSON.stringify(event));
      }

      @OnImsEvent('message.accepted')
      works() {
        calls.push('works');
      }
    }
    app = await startGatewayApp(kind, { providers: [Careless], logger: logs });
    app.ims.events$.subscribe(() => {
      calls.push('subscriber');
      throw new Error(MESSAGE.mobile);
    });
    app.ims.events$
      .pipe(
        filter(({ type }) => type === 'message.accepted'),
        map(() => {
          calls.push('operator');
          throw new Error(MESSAGE.mobile);
        }),
      )
      .subscribe();
    await app.ims.send(MESSAGE);
    await app.ims.send({ ...MESSAGE, customImsId: 'two' });
    const each = ['throws', 'rejects', 'works', 'subscriber'];
    expect(calls.toSorted()).toEqual([...each, ...each, 'operator'].toSorted());
    expect(await app.ims.stats()).toMatchObject({ ACCEPTED: 2 });
    const errors = logs.lines.filter((line) => line.startsWith('error'));
    expect(errors).toContain(
      'error Careless.throws, called with message.accepted (one, +614******00), failed with TypeError',
    );
    expect(errors).toContain(
      'error Careless.rejects, called with message.accepted (two, +614******00), failed with RangeError',
    );
    expect(errors.filter((line) => line.startsWith('error A subscriber of events$ failed with Error'))).toHaveLength(3);
    expect(logs.lines.join('\n')).not.toMatch(/422118000|A text of its own/);
  });
});
