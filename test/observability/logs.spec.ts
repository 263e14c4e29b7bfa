import { afterEach, describe, expect, it } from '@jest/globals';
import { ConsoleLogger } from '@nestjs/common';
import type { FaultOrder } from 'emay-ims-simulator';
import { EmayImsClient } from 'nestjs-emay-ims';
import { databasesUnderTest } from '../support/databases.js';
import { mobiles } from '../support/gateway-app.js';
import { CANARIES, MOBILE, startObservedApp, TEXT, type ObservedApp } from './support/observed-app.js';

/** Lines as `new ConsoleLogger({ json: true })` writes them. */
class JsonLines extends ConsoleLogger {
  readonly lines: string[] = [];

  constructor() {
    super({ json: true, logLevels: ['fatal', 'error', 'warn', 'log', 'debug', 'verbose'] });
  }

  protected override printAsJson(...record: Parameters<ConsoleLogger['printAsJson']>): void {
    this.lines.push(this.stringifyJsonLogObject(this.getJsonLogObject(...record)));
  }
}

interface Line {
  level: string;
  message: string;
  context: string;
  params?: { account?: string; code?: string } & Record<string, unknown>;
}

/** How a request may go wrong, and the code its line must carry. */
const FAULTS: readonly [FaultOrder, string][] = [
  [{ kind: 'code', code: 'ERROR_MOBILE_ERROR' }, 'ERROR_MOBILE_ERROR'],
  [{ kind: 'code', code: 'ERROR_MADE_UP' }, 'ERROR_MADE_UP'],
  [{ kind: 'code', code: MOBILE }, 'UNLISTED'],
  [{ kind: 'code', code: TEXT }, 'UNLISTED'],
  [{ kind: 'hang' }, 'TIMEOUT'],
  [{ kind: 'html' }, 'UNREADABLE'],
  [{ kind: 'status', status: 502 }, 'HTTP_502'],
  [{ kind: 'reset-after' }, 'ECONNRESET'],
  [{ kind: 'code', code: 'ERROR_SIGN' }, 'ERROR_SIGN'],
];

describe.each(databasesUnderTest())('the log of a busy minute on %s', (kind) => {
  let observed: ObservedApp;
  let logger: JsonLines;
  afterEach(() => observed.close());

  const start = async () => {
    logger = new JsonLines();
    observed = await startObservedApp(kind, { logger, module: { http: { timeoutMs: 5_000 } } });
    logger.lines.length = 0;
  };

  /** What the work logged, each line parsed. */
  const linesOf = async (work: () => Promise<unknown>): Promise<Line[]> => {
    const before = logger.lines.length;
    await work().catch(() => undefined);
    return logger.lines.slice(before).map((line) => JSON.parse(line) as Line);
  };

  const faulted = (fault: FaultOrder, work: () => Promise<unknown>) => {
    observed.simulator.clearFaults();
    observed.simulator.inject(fault);
    return linesOf(work);
  };

  const send = () => observed.ims.send({ mobile: MOBILE, content: TEXT });
  const pull = () => observed.ims.pullReports();

  it('has no line for a request that went well', async () => {
    await start();
    const lines = await linesOf(async () => {
      await send();
      await observed.ims.sendBatch({ content: TEXT, recipients: mobiles(300).map((mobile) => ({ mobile })) });
    });
    expect(lines).toEqual([]);
  });

  it('has one line for each request that did not, with the account and the code', async () => {
    await start();
    for (const [fault, code] of FAULTS) {
      expect(await faulted(fault, send)).toEqual([
        expect.objectContaining({
          level: expect.stringMatching(/^(warn|error)$/),
          message: expect.stringContaining(code),
          context: 'EmayIms:default',
          params: expect.objectContaining({ account: 'default', code, outcome: expect.any(String) }),
        }),
      ]);
    }
  });

  it('says that the messages of a request without an answer are not resent, and when the gateway is probed next', async () => {
    await start();
    await send();
    expect(await faulted({ kind: 'hang' }, send)).toMatchObject([
      {
        message: expect.stringMatching(
          /^A request ended unconfirmed with TIMEOUT; its messages are UNCONFIRMED and are not resent\. Next probe of the gateway in \d+ ms\./,
        ),
      },
    ]);
  });

  it('has one line for each pull of reports, whatever it brought', async () => {
    await start();
    await send();
    expect(await linesOf(pull)).toMatchObject([{ level: 'debug', params: { account: 'default', applied: 1 } }]);
    expect(await linesOf(pull)).toEqual([]);
    await send();
    const notOurs = { mobile: MOBILE, content: TEXT, customImsId: 'stored-by-nobody' };
    await observed.app.get(EmayImsClient).sendSingleIms(notOurs);
    expect(await linesOf(pull)).toMatchObject([{ level: 'warn', params: { account: 'default', orphaned: 1 } }]);
    for (const [fault, code] of FAULTS) {
      await send().catch(() => undefined);
      expect(await faulted({ ...fault, on: ['getIMSReport'] }, pull)).toMatchObject([
        { context: 'EmayIms:default', params: { account: 'default', call: 'getIMSReport', code } },
      ]);
    }
  });

  it('holds no number, text or key, and each line is an object of its own', async () => {
    await start();
    for (const [fault] of FAULTS) {
      await faulted(fault, send);
      await faulted({ ...fault, on: ['getIMSReport'] }, pull);
    }
    expect(logger.lines.length).toBeGreaterThan(FAULTS.length);
    for (const line of logger.lines) {
      expect(line).not.toContain('\n');
      expect(JSON.parse(line)).toMatchObject({ params: { account: 'default' } });
      for (const canary of CANARIES) expect(line).not.toContain(canary);
    }
  });
});
