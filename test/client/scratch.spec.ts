import { afterEach, expect, it } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { Bench, MESSAGE } from './support/client-under-test.js';
import { answering, httpAnswer } from './support/raw-server.js';
const bench = new Bench();
afterEach(() => bench.close());
it('101', async () => {
  const s = await bench.server({ onRequest: (k) => k.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\nabc') });
  const t = performance.now();
  console.log(await bench.client(s.url, { http: { timeoutMs: 500 } }).sendSingleIms(MESSAGE), performance.now() - t);
});
it('queue', async () => {
  const s = await bench.server();
  const c = bench.client(s.url, { http: { timeoutMs: 2000, connectTimeoutMs: 200, maxSockets: 1 } });
  const t = performance.now();
  const first = c.sendSingleIms(MESSAGE);
  console.log(await c.sendSingleIms(MESSAGE), performance.now() - t);
  console.log(await first);
});
it('unsolicited', async () => {
  const s = await bench.server({ onRequest: (k, r) => { if (r.index > 0) return; k.write(httpAnswer('{"code":"SUCCESS","data":[]}')); setTimeout(() => k.write(httpAnswer('{"code":"ERROR_MOBILE_ERROR"}')), 50); } });
  const c = bench.client(s.url, { http: { timeoutMs: 500 } });
  console.log(await c.sendSingleIms(MESSAGE));
  await pause(150);
  console.log(await c.sendSingleIms(MESSAGE), s.requests.map((r) => r.connection));
});
it('early, unread', async () => {
  let sock: any;
  const s = await bench.server({ onConnection: (k) => { sock = k; k.once('data', () => { k.pause(); k.write(httpAnswer('{"code":"ERROR_PARAMS"}')); }); } });
  const c = bench.client(s.url, { http: { timeoutMs: 1000, maxSockets: 1 } });
  const huge = Array.from({ length: 300 }, () => ({ ...MESSAGE, content: 'x'.repeat(100_000) }));
  const t = performance.now();
  console.log(await c.sendPersonalityIms(huge), performance.now() - t);
  await pause(1500);
  console.log('open', s.open(), await c.sendSingleIms(MESSAGE), performance.now() - t);
});
it('garbage', async () => {
  const s = await bench.server({ onRequest: (k) => k.end('hello this is not http') });
  console.log(await bench.client(s.url).sendSingleIms(MESSAGE));
});
it('echo', async () => {
  const s = await bench.server({ onRequest: (k, r) => k.write(httpAnswer('oops ' + r.body.toString(), { status: '500 x' })) });
  console.log(await bench.client(s.url).sendSingleIms(MESSAGE));
});
it('self-signed', async () => {
  const s = await bench.server({ tls: true, ...answering('{"code":"SUCCESS"}') });
  console.log(await bench.client(s.url).sendSingleIms(MESSAGE), s.bytesReceived());
  console.log(await bench.client(s.url, { trusting: true }).sendSingleIms(MESSAGE), s.bytesReceived());
});
it('unhandled?', async () => { Promise.reject(new Error('stray')); await pause(20); });
