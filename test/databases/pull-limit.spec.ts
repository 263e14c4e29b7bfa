import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EmayImsValidationError } from 'nestjs-emay-ims';
import { databasesUnderTest } from '../support/databases.js';
import { mobiles, QUIET, startGatewayApp, type GatewayApp } from '../support/gateway-app.js';

describe.each(databasesUnderTest())('a pull with a limit on %s', (kind) => {
  let app: GatewayApp;
  beforeEach(async () => {
    app = await startGatewayApp(kind, {
      module: { ...QUIET, reports: { enabled: false, pageSize: 2 } },
      simulator: { reportsPerSecond: Infinity },
    });
    await app.ims.sendBatch({ content: 'Hello', recipients: mobiles(6).map((mobile) => ({ mobile })) });
  });
  afterEach(() => app.close());

  it('fetches and applies no more, and leaves the rest at the gateway', async () => {
    expect(await app.ims.pullReports({ limit: 1 })).toMatchObject({ pages: 1, reports: 1, applied: 1 });
    expect(app.simulator.handedOut()).toHaveLength(1);
    expect(await app.ims.pullReports({ limit: 3 })).toMatchObject({ pages: 2, reports: 3, applied: 3 });
    expect(app.simulator.handedOut()).toHaveLength(4);
    expect(await app.ims.pullReports()).toMatchObject({ reports: 2, applied: 2, stoppedBy: null });
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses %d, and fetches nothing', async (limit) => {
    await expect(app.ims.pullReports({ limit })).rejects.toThrow(EmayImsValidationError);
    expect(app.simulator.handedOut()).toHaveLength(0);
  });
});
