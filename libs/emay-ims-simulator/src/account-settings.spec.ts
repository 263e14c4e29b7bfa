import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DEFAULT_ACCOUNT } from './options.js';
import { Bench, parsed } from './testing/gateway-caller.js';

let folder: string;
let bench: Bench;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'emay-ims-simulator-'));
  bench = await Bench.start({ reportsPerSecond: Infinity, logFile: join(folder, 'gateway.jsonl') });
});
afterEach(async () => {
  await bench.simulator.stop();
  rmSync(folder, { recursive: true });
});

const MOBILE = '0061422118000';
const { appId } = DEFAULT_ACCOUNT;
const change = (changes: Parameters<Bench['simulator']['changeAccount']>[0]) =>
  bench.simulator.changeAccount(changes, appId);
const send = (fields: object = {}) => bench.code('sendSingleIMS', { mobile: MOBILE, content: 'Hello', ...fields });
const sendDue = async (...ids: string[]) => {
  for (const customImsId of ids) await bench.single(MOBILE, { customImsId });
  bench.simulator.releaseReports();
};
const idsPulled = async (fields: Record<string, unknown> = {}) =>
  (await bench.pull(fields)).map(({ customImsId }) => customImsId);
const events = (name: string) =>
  readFileSync(join(folder, 'gateway.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => parsed<Record<string, unknown>>(line))
    .filter(({ event }) => event === name);

describe('an account out of balance', () => {
  it('takes nothing until it is topped up, and is checked last', async () => {
    change({ outOfBalance: true });
    expect(await send()).toBe('ERROR_BALANCE');
    expect(await bench.code('sendBatchIMS', { content: 'Hello', imses: [{ mobile: MOBILE }] })).toBe('ERROR_BALANCE');
    expect(await send({ content: '' })).toBe('ERROR_CONTENT_EMPTY');
    expect(await send({ sign: 'wrong' })).toBe('ERROR_SIGN');
    expect(await bench.code('sendBatchIMS', { content: 'Hello', imses: [] })).toBe('ERROR_MOBILE_EMPTY');
    expect(await bench.pull()).toEqual([]);
    expect(bench.simulator.accepted()).toEqual([]);
    change({ outOfBalance: false });
    expect(await send()).toBe('SUCCESS');
    expect(events('account-changed')).toEqual([
      expect.objectContaining({ appId, outOfBalance: true, reports: 'pulled', poisoned: false }),
      expect.objectContaining({ appId, outOfBalance: false }),
    ]);
  });
});

describe('reports switched off', () => {
  it('held: they wait until the account pulls again', async () => {
    await sendDue('a', 'b');
    change({ reports: 'held' });
    expect(await bench.pull()).toEqual([]);
    expect(bench.simulator.pendingReports()).toHaveLength(2);
    change({ reports: 'pulled' });
    expect(await idsPulled()).toEqual(['a', 'b']);
  });

  it('pushed: what falls due meanwhile is gone, and is on record', async () => {
    await sendDue('before');
    expect(await idsPulled()).toEqual(['before']);
    change({ reports: 'pushed' });
    await sendDue('a', 'b');
    expect(await bench.pull()).toEqual([]);
    await sendDue('c');
    change({ reports: 'pulled' });
    await sendDue('after');
    expect(await idsPulled()).toEqual(['after']);
    expect(bench.simulator.counters()).toMatchObject({ handedOut: 2, pushedElsewhere: 3, pending: 0 });
    expect(events('pushed-elsewhere').map(({ customImsId, state }) => [customImsId, state])).toEqual([
      ['a', 'DELIVRD'],
      ['b', 'DELIVRD'],
      ['c', 'DELIVRD'],
    ]);
  });
});

describe('a poisoned account', () => {
  it('fails for ever at a page that would hold the report which cannot be printed', async () => {
    await sendDue('a', 'b');
    bench.now += 1;
    change({ poisoned: true });
    bench.now += 1;
    await sendDue('c');
    for (let pull = 0; pull < 3; pull++) expect(await bench.code('getIMSReport')).toBe('ERROR_PARAMS');
    expect(bench.simulator.handedOut()).toEqual([]);
    // A page that ends before it is handed out.
    expect(await idsPulled({ number: 1 })).toEqual(['a']);
    expect(await idsPulled({ number: 1 })).toEqual(['b']);
    expect(await bench.code('getIMSReport', { number: 1 })).toBe('ERROR_PARAMS');
    change({ poisoned: false });
    expect(await idsPulled()).toEqual(['c']);
    expect(await send({ customImsId: 'sending goes on' })).toBe('SUCCESS');
  });

  it('keeps the order of what waits in one and the same moment, beyond a page too', async () => {
    const imses = Array.from({ length: 300 }, (_, index) => ({ mobile: MOBILE, customImsId: String(index) }));
    change({ poisoned: true });
    await bench.batch(imses);
    await bench.batch(imses);
    bench.simulator.releaseReports();
    for (let pull = 0; pull < 4; pull++) expect(await bench.code('getIMSReport')).toBe('ERROR_PARAMS');
    change({ poisoned: false });
    const order = [...(await idsPulled()), ...(await idsPulled())].sort((left, right) => Number(left) - Number(right));
    expect(order).toEqual(imses.flatMap(({ customImsId }) => [customImsId, customImsId]));
  });

  it('stays so while its reports are pushed elsewhere', async () => {
    change({ poisoned: true, reports: 'pushed' });
    await sendDue('a');
    expect(await bench.pull()).toEqual([]);
    change({ reports: 'pulled' });
    expect(await bench.code('getIMSReport')).toBe('ERROR_PARAMS');
  });
});

describe('changes', () => {
  it('keep what they do not name, and reach one account or all', async () => {
    await bench.simulator.stop();
    const other = { appId: 'other', secretKey: 'key', outOfBalance: true };
    bench = await Bench.start({ accounts: [DEFAULT_ACCOUNT, other] });
    expect(bench.simulator.accountSettings('other')).toEqual({
      outOfBalance: true,
      reports: 'pulled',
      poisoned: false,
      push: null,
    });
    bench.simulator.changeAccount({ reports: 'held' });
    bench.simulator.changeAccount({ poisoned: true, outOfBalance: undefined }, 'other');
    expect(bench.simulator.accountSettings('other')).toEqual({
      outOfBalance: true,
      reports: 'held',
      poisoned: true,
      push: null,
    });
    expect(bench.simulator.accountSettings(appId)).toEqual({
      outOfBalance: false,
      reports: 'held',
      poisoned: false,
      push: null,
    });
    bench.simulator.reset();
    expect(bench.simulator.accountSettings('other')).toEqual({
      outOfBalance: true,
      reports: 'pulled',
      poisoned: false,
      push: null,
    });
    expect(bench.simulator.pendingReports()).toEqual([]);
  });

  it.each([
    [{ reports: 'off' }, 'account: reports is "off"; write one of: pulled, held, pushed.'],
    [{ outOfBalance: 1 }, 'account: outOfBalance is 1; write true or false.'],
    [{ balance: 0 }, 'account: there is no "balance"; write some of: outOfBalance, reports, poisoned, push.'],
    [[], 'account: write an object'],
  ])('%j is refused', (changes, message) => {
    expect(() => change(parsed(JSON.stringify(changes)))).toThrow(message);
  });

  it('of an account that is not there are refused, and so are wrong ones at the start', async () => {
    expect(() => bench.simulator.changeAccount({}, 'nobody')).toThrow('There is no account nobody');
    const wrong = { ...DEFAULT_ACCOUNT, reports: parsed<'held'>('"off"') };
    await expect(Bench.start({ accounts: [wrong] })).rejects.toThrow('account: reports is "off"');
  });
});
