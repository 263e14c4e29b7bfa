import { afterEach, expect, it } from '@jest/globals';
import { Bench, MESSAGE } from './support/client-under-test.js';
import { httpAnswer } from './support/raw-server.js';

const bench = new Bench();
afterEach(() => bench.close());

const SUCCESS = '{"code":"SUCCESS","data":[]}';

/** A gateway that answers one request on each connection, and has forgotten the connection by the next. */
async function afterOneRequest(isTls: boolean, sleptMs: number) {
  let slept = 0;
  const clock = { monotonic: () => performance.now(), wall: () => Date.now() + slept };
  const answered = new Set<number>();
  const server = await bench.server({
    tls: isTls,
    onRequest: (socket, { connection }) => {
      if (answered.has(connection)) return void socket.resetAndDestroy();
      answered.add(connection);
      socket.write(httpAnswer(SUCCESS));
    },
  });
  const client = bench.client(server.url, { clock, trusting: isTls });
  await expect(client.sendSingleIms(MESSAGE)).resolves.toMatchObject({ kind: 'accepted' });
  slept = sleptMs;
  return { server, client };
}

it.each([false, true])('sends on a new connection after the machine has slept (TLS: %s)', async (isTls) => {
  const { server, client } = await afterOneRequest(isTls, 3_600_000);
  await expect(client.sendSingleIms(MESSAGE)).resolves.toMatchObject({ kind: 'accepted' });
  expect(server.requests.map(({ connection }) => connection)).toEqual([0, 1]);
});

it('uses none of several connections that lay idle meanwhile', async () => {
  let slept = 0;
  const clock = { monotonic: () => performance.now(), wall: () => Date.now() + slept };
  const server = await bench.server({ onRequest: (socket) => void socket.write(httpAnswer(SUCCESS)) });
  const client = bench.client(server.url, { clock });
  const sendThree = () => Promise.all([0, 1, 2].map(() => client.sendSingleIms(MESSAGE)));
  await sendThree();
  slept = 3_600_000;
  await sendThree();
  expect(new Set(server.requests.map(({ connection }) => connection)).size).toBe(6);
});

it('keeps using a connection that was idle only for a moment', async () => {
  const { server, client } = await afterOneRequest(false, 0);
  await expect(client.sendSingleIms(MESSAGE)).resolves.toMatchObject({ kind: 'unconfirmed', reason: 'ECONNRESET' });
  expect(server.connections()).toBe(1);
});
