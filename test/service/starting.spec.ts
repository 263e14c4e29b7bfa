import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createServiceServer, openTo } from '../../src/http/service-server.js';

/** The server before there is an application: a migration may keep it so for minutes. */
describe('a service that is starting', () => {
  let server: Server;
  let url: string;
  beforeEach(async () => {
    server = createServiceServer({ 'Emay-Ims-Sandbox': 'true' }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => {
    server.close();
    server.closeAllConnections();
  });

  it.each([
    ['GET', '/health/live', '{"status":"starting"}'],
    ['GET', '/health/live?probe=1', '{"status":"starting"}'],
    ['HEAD', '/health/live', ''],
  ])('answers %s %s with 200: whoever restarts it would begin the migration anew', async (method, path, body) => {
    const answer = await fetch(`${url}${path}`, { method });
    expect([answer.status, await answer.text()]).toEqual([200, body]);
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(answer.headers.get('emay-ims-sandbox')).toBe('true');
  });

  it.each([
    ['GET', '/health/ready'],
    ['GET', '/health/lively'],
    ['GET', '/'],
    ['POST', '/health/live'],
    ['POST', '/api/messages'],
  ])('answers %s %s with 503', async (method, path) => {
    const answer = await fetch(`${url}${path}`, { method });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await answer.json()).toMatchObject({ status: 503 });
  });

  it('leaves all to the application once there is one', async () => {
    openTo(server, (_request, response) => response.end('{"status":"ok"}'));
    expect(await (await fetch(`${url}/health/live`)).text()).toBe('{"status":"ok"}');
  });
});
