import { afterEach, describe, expect, it } from '@jest/globals';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ANN, ConsoleApp, PLATFORMS } from './support/console-app.js';
import { messageWith, pageOf } from './support/fake-operations.js';
import { until } from './support/until.js';

let app: ConsoleApp;
afterEach(() => app.close());

describe.each(PLATFORMS)('a download link on %s', (platform) => {
  const start = async () => {
    app = await ConsoleApp.start({ platform, console: { access: () => ANN } });
  };
  const newLink = async () => ((await app.post('exports', { search: {} })).json as { url: string }).url;
  const ends = () => app.account.audited.filter(({ action }) => action === 'export-end');

  it('serves one of those who follow it at once, and nobody afterwards', async () => {
    await start();
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    app.account.replies.set('search', () => gate.then(() => pageOf([messageWith()])));
    const url = await newLink();
    const both = [app.get(url), app.get(url)];
    await until(() => app.account.asked('search').length > 0);
    release();
    const statuses = (await Promise.all(both)).map(({ status }) => status);
    expect(statuses.toSorted((one, other) => one - other)).toEqual([200, 404]);
    expect((await app.get(url)).status).toBe(404);
    expect(app.account.asked('search')).toHaveLength(1);
    expect(app.account.audited.map(({ action }) => action)).toEqual(['export', 'export-end']);
  });

  it('is not used up by who only asks what is there', async () => {
    await start();
    const url = await newLink();
    const head = await fetch(`http://127.0.0.1:${app.port}/sms/${url}`, { method: 'HEAD' });
    expect(head.status).toBe(404);
    expect((await app.get(url)).status).toBe(200);
  });

  it('whose socket is cut off ends reading, is written down, and cannot be followed again', async () => {
    await start();
    app.account.replies.set('search', async () => {
      await sleep(5);
      return pageOf([messageWith()], 'more');
    });
    const url = await newLink();
    const socket = connect(app.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(`GET /sms/${url} HTTP/1.1\r\nHost: 127.0.0.1:${app.port}\r\n\r\n`);
    await new Promise((resolve) => socket.once('data', resolve));
    await until(() => app.account.asked('search').length > 2);
    socket.resetAndDestroy();
    await until(() => ends().length > 0);
    expect(ends()).toMatchObject([{ reason: 'cut off' }]);
    const reads = app.account.asked('search').length;
    await sleep(100);
    expect(app.account.asked('search')).toHaveLength(reads);
    expect((await app.get(url)).status).toBe(404);
  });
});
