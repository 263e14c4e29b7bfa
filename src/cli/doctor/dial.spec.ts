import { once } from 'node:events';
import { createServer, Socket, type AddressInfo, type Server } from 'node:net';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { dial, readDate } from './dial.js';

let server: Server;
let port: number;
beforeEach(async () => {
  server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
});
afterEach(() => {
  jest.restoreAllMocks();
  server.close();
});

// Node's own 250 ms are too short for a slow network: the module connects, and the doctor must not say that nobody can.
it.each(['http', 'https'])('gives each address of a name a third of the time to connect (%s)', async (scheme) => {
  const connect = jest.spyOn(Socket.prototype, 'connect');
  const url = new URL(`${scheme}://localhost:${port}`);
  await dial(url, 'localhost');
  await readDate(url);
  const given = connect.mock.calls.map((call) => Object([call].flat(2)[0]) as object);
  expect(given).toHaveLength(2);
  for (const options of given) expect(options).toMatchObject({ autoSelectFamilyAttemptTimeout: 1_666 });
});
