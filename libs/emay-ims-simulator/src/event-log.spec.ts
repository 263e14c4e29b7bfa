import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Bench } from './testing/gateway-caller.js';

let folder: string;
let bench: Bench;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'emay-ims-simulator-'));
});
afterEach(async () => {
  await bench.simulator.stop();
  rmSync(folder, { recursive: true });
});

it('writes what happened, in order, and appends to what is there', async () => {
  const logFile = join(folder, 'gateway.jsonl');
  writeFileSync(logFile, '{"event":"earlier"}\n');
  bench = await Bench.start({ logFile });
  const at = bench.now;
  const [first, second] = await bench.batch([
    { mobile: '0061422118000', customImsId: 'a' },
    { mobile: '0061422118001' },
  ]);
  bench.simulator.releaseReports();
  bench.simulator.inject({ kind: 'reset-after' });
  await bench.pull().catch(() => {});
  await bench.code('getIMSReport', { sign: 'wrong' });
  await bench.simulator.stop();

  const [sent, pulled, refused] = bench.simulator.requests();
  const appId = 'EUCP-EMY-SMS0-SIMUL';
  const request = ({ requestId, call, path, bytes }: typeof sent & {}) => ({
    at,
    event: 'request',
    requestId,
    call,
    path,
    appId,
    bytes,
    complete: true,
  });
  const message = (entry: typeof first, customImsId: string | null) => ({
    appId,
    imsId: entry!.imsId,
    customImsId,
    mobile: entry!.mobile,
  });
  const ofSend = { at, requestId: sent!.requestId };
  const ofPull = { at, requestId: pulled!.requestId };
  const events = readFileSync(logFile, 'utf8').trimEnd().split('\n');
  expect(events.map((line) => JSON.parse(line) as unknown)).toEqual([
    { event: 'earlier' },
    request(sent!),
    { ...ofSend, event: 'accepted', ...message(first, 'a') },
    { ...ofSend, event: 'accepted', ...message(second, null) },
    { ...ofSend, event: 'answer-finished', status: 200, code: 'SUCCESS', fault: null },
    request(pulled!),
    { ...ofPull, event: 'handed-out', ...message(first, 'a'), state: 'DELIVRD' },
    { ...ofPull, event: 'handed-out', ...message(second, null), state: 'DELIVRD' },
    { ...ofPull, event: 'answer-unfinished', status: null, code: null, fault: 'reset-after' },
    request(refused!),
    { at, requestId: refused!.requestId, event: 'answer-finished', status: 200, code: 'ERROR_SIGN', fault: null },
  ]);
});

it('writes lines just as JSON.stringify would, whatever the senders put into their texts', async () => {
  const logFile = join(folder, 'gateway.jsonl');
  bench = await Bench.start({ logFile });
  const odd = ['"', '\\', '\n\u0000', '\u007F\u2028', '短信', '😀', '\uD800', ' ~', ''];
  await bench.batch([
    { mobile: '0061422118000', customImsId: 'plain' },
    ...odd.map((text) => ({ mobile: `00${text}`, customImsId: text })),
  ]);
  bench.simulator.pushReport('EUCP-EMY-SMS0-SIMUL', { imsId: '"', mobile: '\\', state: '\n' });
  bench.simulator.pushReport('EUCP-EMY-SMS0-SIMUL', 'no report');
  bench.simulator.releaseReports();
  await bench.pull();
  await bench.simulator.stop();

  const lines = readFileSync(logFile, 'utf8').trimEnd().split('\n');
  const events = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines).toEqual(events.map((event) => JSON.stringify(event)));
  const accepted = events.filter(({ event }) => event === 'accepted');
  expect(accepted.map(({ mobile }) => mobile)).toEqual(['0061422118000', ...odd.map((text) => `00${text}`)]);
  expect(accepted.map(({ customImsId }) => customImsId)).toEqual(['plain', ...odd.slice(0, -1), null]);
  const handedOut = events.filter(({ event }) => event === 'handed-out');
  expect(handedOut).toHaveLength(accepted.length + 2);
  expect(handedOut).toContainEqual(
    expect.objectContaining({ imsId: '"', customImsId: null, mobile: '\\', state: '\n' }),
  );
  expect(handedOut).toContainEqual(
    expect.objectContaining({ imsId: null, customImsId: null, mobile: null, state: null }),
  );
});

it('has an accepted message on file before its answer arrives', async () => {
  const logFile = join(folder, 'gateway.jsonl');
  bench = await Bench.start({ logFile });
  const { imsId } = await bench.single('0061422118000');
  expect(readFileSync(logFile, 'utf8')).toContain(
    `"event":"accepted","requestId":"${bench.simulator.requests()[0]!.requestId}","appId":"EUCP-EMY-SMS0-SIMUL","imsId":"${imsId}"`,
  );
});

it('holds neither the text of a message nor a key or sign', async () => {
  const logFile = join(folder, 'gateway.jsonl');
  bench = await Bench.start({ logFile });
  await bench.single('0061422118000', { content: 'a secret text' });
  const log = readFileSync(logFile, 'utf8');
  expect(log).not.toContain('a secret text');
  expect(log).not.toContain('0123456789ABCDEF');
  expect(log).not.toContain(bench.signed({}).sign);
});
