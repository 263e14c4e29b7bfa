import { request } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import type { ReceivedRequest } from './oracle/records.js';
import { ControlCaller, errorOf, JSON_TYPE } from './testing/control-caller.js';
import { until } from './testing/gateway-caller.js';

const control = new ControlCaller();

describe('a request to the simulator itself', () => {
  it('is no request to the gateway: not recorded, not counted, not logged', async () => {
    const seen: ReceivedRequest[] = [];
    await control.restart({ onRequest: (ended) => seen.push(ended) });
    for (const path of ['/', '/_simulator', '/_simulator/page/page.js', '/_simulator/nowhere']) await control.get(path);
    await control.post('/_simulator/faults', { kind: 'gzip' });
    expect(control.bench.simulator.requests()).toEqual([]);
    expect(control.bench.simulator.counters().requests).toBe(0);
    // The first one that the gateway gets has the first id.
    await control.bench.call('getIMSReport');
    await until(() => seen.length > 0);
    expect(seen).toEqual([expect.objectContaining({ requestId: expect.stringMatching(/-1$/), fault: 'gzip' })]);
  });

  it('meets no fault', async () => {
    control.bench.simulator.inject({ kind: 'reset-before', times: Infinity });
    expect((await control.get('/_simulator')).status).toBe(200);
    expect(control.bench.simulator.faults()).toMatchObject([{ met: 0 }]);
  });

  it.each(['/', '/_simulator', '/_simulator/catalogue', '/_simulator/page/page.js'])(
    'without `control` there is nothing at %s',
    async (path) => {
      await control.restart({ control: false });
      expect(await control.get(path)).toMatchObject({ status: 404, text: 'Not Found' });
      expect(control.bench.simulator.requests()).toHaveLength(1);
    },
  );

  it.each([
    ['POST', '/'],
    ['GET', '/_simulators'],
    ['GET', '/inter/_simulator'],
  ])('is not %s %s: the gateway answers that', async (method, path) => {
    expect(await control.bench.post(path, '', {}, method)).toMatchObject({ status: 404, text: 'Not Found' });
    expect(control.bench.simulator.requests()).toMatchObject([{ path, status: 404 }]);
  });

  it.each([
    ['POST', '/_simulator', 'GET'],
    ['PUT', '/_simulator/faults', 'POST, DELETE'],
    ['GET', '/_simulator/faults', 'POST, DELETE'],
    ['GET', '/_simulator/faults/1', 'DELETE'],
    ['GET', '/_simulator/reset', 'POST'],
    ['DELETE', '/_simulator/page/page.js', 'GET'],
    ['OPTIONS', '/_simulator/reset', 'POST'],
  ])('%s %s: 405, and what to use', async (method, path, allow) => {
    const answer = await control.bench.post(path, '', JSON_TYPE, method);
    expect(errorOf(answer)).toEqual([405, `Use ${allow.replace(', ', ' or ')} here.`]);
    expect(answer.headers).toMatchObject({ allow });
    // A preflight that is answered so is refused.
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
  });

  it.each(['/_simulator/', '/_simulator/nowhere', '/_simulator/faults/1/2', '/_simulator/faults/'])(
    'GET %s: 404',
    async (path) => expect(errorOf(await control.get(path))[0]).toBe(404),
  );

  it('HEAD: a GET without its body', async () => {
    const { status, text, headers } = await control.bench.post('/_simulator', '', {}, 'HEAD');
    expect([status, text]).toEqual([200, '']);
    expect(Number(headers['content-length'])).toBeGreaterThan(100);
  });

  it('is answered with what is not to be kept', async () => {
    expect((await control.get('/_simulator')).headers).toMatchObject({
      'cache-control': 'no-store',
      'content-type': 'application/json; charset=utf-8',
      'x-content-type-options': 'nosniff',
    });
    expect((await control.remove('/_simulator/faults')).headers).toMatchObject({ 'cache-control': 'no-store' });
  });
});

describe('a body', () => {
  it.each([undefined, 'text/plain', 'application/x-www-form-urlencoded', 'application/jsonx'])(
    'of the type %s: 415, nothing is carried out',
    async (type) => {
      const headers: Record<string, string> = type === undefined ? {} : { 'Content-Type': type };
      const answer = await control.bench.post('/_simulator/faults', '{"kind":"hang"}', headers);
      expect(errorOf(answer)).toEqual([415, 'Send the header Content-Type: application/json.']);
      expect(control.bench.simulator.faults()).toEqual([]);
    },
  );

  it('may name its charset, and come in chunks', async () => {
    const headers = { 'Content-Type': 'Application/JSON; charset=utf-8', 'Transfer-Encoding': 'chunked' };
    expect((await control.bench.post('/_simulator/faults', '{"kind":"hang"}', headers)).status).toBe(201);
  });

  it.each(['{', 'kind=hang', '{"kind":"hang"}x'])('that is no JSON: %s', async (text) => {
    const answer = errorOf(await control.postText('/_simulator/faults', text));
    expect(answer).toEqual([400, expect.stringMatching(/^The body is not JSON: /)]);
  });

  it('of 1 MiB is read, of a byte more is not', async () => {
    const { appId } = control.bench.simulator.accounts[0]!;
    const bodyOf = (bytes: number) => {
      const empty = JSON.stringify({ appId, report: '' });
      return JSON.stringify({ appId, report: 'x'.repeat(bytes - empty.length) });
    };
    expect((await control.postText('/_simulator/reports', bodyOf(1_048_576))).status).toBe(201);
    expect(errorOf(await control.postText('/_simulator/reports', bodyOf(1_048_577)))).toEqual([
      413,
      'Write at most 1048576 bytes.',
    ]);
    expect((await control.postText('/_simulator/reports', bodyOf(20_000_000))).status).toBe(413);
    expect(control.bench.simulator.pendingReports()).toHaveLength(1);
  });

  it('that nests too deep is refused, and the simulator lives', async () => {
    const { appId } = control.bench.simulator.accounts[0]!;
    const bodyOf = (levels: number) => `{"appId":"${appId}","report":${'['.repeat(levels)}${']'.repeat(levels)}}`;
    expect((await control.postText('/_simulator/reports', bodyOf(500_000))).status).toBe(400);
    expect((await control.postText('/_simulator/reports', bodyOf(64))).status).toBe(400);
    expect(control.bench.simulator.pendingReports()).toEqual([]);
    expect((await control.postText('/_simulator/reports', bodyOf(63))).status).toBe(201);
  });

  it('whose sender went away is not carried out', async () => {
    const socket = connect(control.bench.simulator.port, '127.0.0.1');
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write(
      'POST /_simulator/faults HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n' +
        '{"kind":"hang"}',
    );
    socket.end();
    socket.resume();
    await closed;
    expect((await control.get('/_simulator')).status).toBe(200);
    expect(control.bench.simulator.faults()).toEqual([]);
  });
});

describe('the Origin that a browser names', () => {
  it.each(['http://elsewhere.test', 'null', 'http://127.0.0.1:1', 'nonsense', ''])('%j: 403', async (origin) => {
    const [status, error] = errorOf(await control.post('/_simulator/faults', { kind: 'hang' }, { Origin: origin }));
    expect([status, error]).toEqual([403, expect.stringContaining(control.bench.simulator.url)]);
    expect((await control.get('/', { Origin: origin })).status).toBe(403);
    expect(control.bench.simulator.faults()).toEqual([]);
  });

  it('may not be none of all, to a simulator that was not named either', async () => {
    expect((await control.get('/_simulator', { Origin: 'null', Host: '' })).status).toBe(403);
  });

  it('may be the simulator itself, under any name that leads to it', async () => {
    for (const host of [`127.0.0.1:${control.bench.simulator.port}`, 'Simulator.Test:8899']) {
      const headers = { Origin: `http://${host.toLowerCase()}`, Host: host };
      expect((await control.post('/_simulator/faults', { kind: 'hang' }, headers)).status).toBe(201);
    }
  });
});

describe('the Host that a request names', () => {
  it.each(['evil.example', 'localhost.evil.example:80', '127.0.0.1.evil.example'])('%j: 403', async (host) => {
    expect((await control.get('/_simulator', { Host: host })).status).toBe(403);
    expect((await control.get('/', { Host: host })).status).toBe(403);
  });

  it.each(['localhost:80', '127.0.0.1', '[::1]:80', '192.0.2.7', 'simulator:18080', 'sim.localhost'])(
    '%j: served',
    async (host) => {
      expect((await control.get('/_simulator', { Host: host })).status).toBe(200);
    },
  );
});

describe('the page', () => {
  it.each([
    ['/', 'text/html; charset=utf-8'],
    ['/?lang=zh', 'text/html; charset=utf-8'],
    ['/_simulator/page/page.css', 'text/css; charset=utf-8'],
    ['/_simulator/page/page.js', 'text/javascript; charset=utf-8'],
  ])('%s, guarded', async (path, type) => {
    const { status, headers, bytes } = await control.get(path);
    expect([status, headers['content-type']]).toEqual([200, type]);
    expect(bytes.length).toBeGreaterThan(500);
    expect(headers).toMatchObject({
      'content-security-policy':
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
        "frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    });
  });

  it.each([
    '/_simulator/page/../../package.json',
    '/_simulator/page/..%2f..%2fpackage.json',
    '/_simulator/page/%2e%2e/package.json',
    '/_simulator/page//etc/passwd',
    '/_simulator/page/page.js%00',
    '/_simulator/page/',
    '/_simulator/page/constructor',
  ])('has no file %s', async (path) => {
    // Written as it is: a URL would be tidied before it is sent.
    const status = await new Promise((resolve, reject) => {
      const { port } = control.bench.simulator;
      const outgoing = request({ host: '127.0.0.1', port, path, agent: false }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      outgoing.on('error', reject).end();
    });
    expect(status).toBe(404);
  });
});
