import { describe, expect, it } from '@jest/globals';
import type { ImsMessage } from 'nestjs-emay-ims';
import { databasesUnderTest } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { mobiles, QUIET, startGatewayApp, type GatewayApp } from '../support/gateway-app.js';

async function deliver(app: GatewayApp, count: number): Promise<void> {
  await app.ims.sendBatch({ content: 'Hello', recipients: mobiles(count).map((mobile) => ({ mobile })) });
  app.simulator.releaseReports();
  await app.ims.pullReports();
}

describe.each(databasesUnderTest())('retention on %s', (kind) => {
  it('purge() deletes delivered messages and their pages, and tells how many', async () => {
    const app = await startGatewayApp(kind);
    await deliver(app, 700);
    await app.ims.enqueue([{ mobile: '+61422118999', content: 'Hello' }]);
    expect((await app.ims.purge({ olderThanDays: 1 })).messages).toBe(0);
    expect(await app.ims.purge({ olderThanDays: 0 })).toEqual({
      messages: 700,
      reportPages: 2,
      orphanedReports: 0,
      failedEvents: 0,
    });
    expect(await app.ims.stats()).toMatchObject({ DELIVERED: 0, QUEUED: 1 });
    await expect(app.ims.purge({ olderThanDays: -1 })).rejects.toThrow('such as 90');
    await app.close();
  });

  it('retention.days does so by itself, and only with what is older', async () => {
    const app = await startGatewayApp(kind, { module: { ...QUIET, retention: { days: 30, intervalMs: 1_000 } } });
    await deliver(app, 2);
    const [old, young] = (await app.ims.find()).items as [ImsMessage, ImsMessage];
    const connection = await app.database.open();
    await connection.query(
      `UPDATE emay_ims_message SET created_at = 1, final_at = 1 WHERE custom_ims_id = '${old.customImsId}'`,
    );
    await connection.destroy();
    await eventually(
      () => app.ims.findOne(old.customImsId),
      (message) => message === null,
    );
    expect(await app.ims.findOne(young.customImsId)).not.toBeNull();
    await app.close();
  });
});
