import { Agent, request } from 'node:http';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Bench, until } from './testing/gateway-caller.js';

let bench: Bench;

beforeEach(async () => {
  bench = await Bench.start();
});
afterEach(() => bench.simulator.stop());

const pull = () => bench.pull().then(() => 'answered', codeOf);
const codeOf = (error: Error & { code?: string }) => error.code;

it('refuses connections until it is removed, and nothing of it is a request', async () => {
  const refusal = bench.simulator.inject({ kind: 'refuse', forMs: Infinity });
  expect([await pull(), await pull()]).toEqual(['ECONNREFUSED', 'ECONNREFUSED']);
  expect(bench.simulator.requests()).toEqual([]);
  refusal.remove();
  refusal.remove();
  expect(await pull()).toBe('answered');
  expect(bench.simulator.url).toContain(String(bench.simulator.port));
});

it('opens by itself after its time, and may come later', async () => {
  bench.simulator.inject({ kind: 'refuse', afterMs: 1, forMs: 1 });
  await until(() => bench.simulator.faults().length === 0);
  expect(await pull()).toBe('answered');
});

it('opens when the last of two is over', async () => {
  const first = bench.simulator.inject({ kind: 'refuse', forMs: Infinity });
  bench.simulator.inject({ kind: 'refuse', forMs: Infinity });
  first.remove();
  expect(await pull()).toBe('ECONNREFUSED');
  bench.simulator.clearFaults();
  expect(await pull()).toBe('answered');
});

it('ends connections that are kept alive, the busy ones once they are answered', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const post = () =>
    new Promise((resolve) => {
      const body = JSON.stringify(bench.signed({}));
      const headers = { 'Content-Length': body.length };
      const outgoing = request(`${bench.simulator.url}/inter/getIMSReport`, { method: 'POST', agent, headers });
      outgoing.on('response', (response) => response.on('end', () => resolve(response.statusCode)).resume());
      outgoing.on('error', (error) => resolve(codeOf(error)));
      outgoing.end(body);
    });
  expect(await post()).toBe(200);
  bench.simulator.inject({ kind: 'delay', ms: 50 });
  const slow = post();
  await until(() => bench.simulator.requests().length === 2);
  const refusal = bench.simulator.inject({ kind: 'refuse', forMs: Infinity });
  expect(await slow).toBe(200);
  await until(() => Object.keys(agent.freeSockets).length === 0);
  expect(await post()).toBe('ECONNREFUSED');
  refusal.remove();
  expect(await post()).toBe(200);
  agent.destroy();
});

it('stops while it refuses, and frees the port', async () => {
  bench.simulator.inject({ kind: 'refuse', forMs: Infinity });
  await bench.simulator.stop();
  expect(await pull()).toBe('ECONNREFUSED');
  const next = await Bench.start({ port: bench.simulator.port });
  await next.simulator.stop();
});

it('is a step of a scenario', async () => {
  bench.simulator.play({
    steps: [
      { kind: 'refuse', forMs: 1 },
      { kind: 'status', status: 503 },
    ],
  });
  await until(() => bench.simulator.faults()[0]?.remaining === 1);
  expect((await bench.call('getIMSReport')).status).toBe(503);
});

it.each(['removed', 'over'])('stops as it has just been %s, and leaves the port free', async (end) => {
  const refusal = bench.simulator.inject({ kind: 'refuse', forMs: end === 'over' ? 1 : Infinity });
  if (end === 'over') await until(() => bench.simulator.faults().length === 0);
  else refusal.remove();
  await bench.simulator.stop();
  const next = await Bench.start({ port: bench.simulator.port });
  await next.simulator.stop();
});

it('stays shut when it is shut again as it is being opened, and opens after that', async () => {
  bench.simulator.inject({ kind: 'refuse', forMs: Infinity }).remove();
  const again = bench.simulator.inject({ kind: 'refuse', forMs: Infinity });
  await new Promise((resolve) => setImmediate(resolve));
  expect(await pull()).toBe('ECONNREFUSED');
  again.remove();
  expect(await pull()).toBe('answered');
});

it('stops although somebody has taken the port meanwhile', async () => {
  const refusal = bench.simulator.inject({ kind: 'refuse', forMs: Infinity });
  const other = await Bench.start({ port: bench.simulator.port });
  refusal.remove();
  await bench.simulator.stop();
  await other.simulator.stop();
});
