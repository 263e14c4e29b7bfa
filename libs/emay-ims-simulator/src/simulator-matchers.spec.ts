import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { simulatorMatchers } from './jest/index.js';
import { Bench } from './testing/gateway-caller.js';

expect.extend(simulatorMatchers);

const GOOD = '0061422118000';
const OTHER = '0061422118001';

let bench: Bench;
beforeEach(async () => {
  bench = await Bench.start();
});
afterEach(() => bench.simulator.stop());

/** What a failing expectation says. */
const complaint = (expectation: () => void): string => {
  try {
    expectation();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('the expectation held');
};

describe('toHaveAccepted', () => {
  beforeEach(async () => {
    await bench.single(GOOD, { customImsId: 'one', content: 'Your code is 1234' });
    await bench.batch([{ mobile: GOOD, customImsId: 'two' }, { mobile: OTHER }]);
  });

  it('passes for a message, or exactly so many', () => {
    expect(bench.simulator).toHaveAccepted();
    expect(bench.simulator).toHaveAccepted({ mobile: GOOD });
    expect(bench.simulator).toHaveAccepted({ mobile: GOOD }, 2);
    expect(bench.simulator).toHaveAccepted({ mobile: GOOD, customImsId: 'one', call: 'sendSingleIMS' }, 1);
    expect(bench.simulator).toHaveAccepted({ call: 'sendBatchIMS', appId: 'EUCP-EMY-SMS0-SIMUL' }, 2);
    expect(bench.simulator).toHaveAccepted({ mobile: '0061422118002' }, 0);
  });

  it('fails for none, too few or too many', () => {
    expect(complaint(() => expect(bench.simulator).toHaveAccepted({ mobile: '0061422118002' }))).toContain(
      'expected one or more accepted messages with mobile "0061422118002"; there are 0, of 3 in all:',
    );
    expect(complaint(() => expect(bench.simulator).toHaveAccepted({ mobile: GOOD }, 1))).toContain('there are 2, of 3');
    expect(complaint(() => expect(bench.simulator).toHaveAccepted({ mobile: GOOD }, 3))).toContain('there are 2, of 3');
    expect(complaint(() => expect(bench.simulator).toHaveAccepted({ call: 'sendPersonalityIMS' }))).toContain('are 0');
    expect(complaint(() => expect(bench.simulator).toHaveAccepted({ appId: 'other' }))).toContain('are 0');
  });

  it('can be negated', () => {
    expect(bench.simulator).not.toHaveAccepted({ mobile: '0061422118002' });
    expect(bench.simulator).not.toHaveAccepted({ mobile: GOOD }, 1);
    expect(complaint(() => expect(bench.simulator).not.toHaveAccepted({ mobile: GOOD }))).toContain(
      'expected other than one or more accepted messages with mobile "0061422118000"; there are 2, of 3 in all:',
    );
    expect(complaint(() => expect(bench.simulator).not.toHaveAccepted({ mobile: GOOD }, 2))).toContain('other than 2');
  });

  it('takes asymmetric matchers', () => {
    expect(bench.simulator).toHaveAccepted({ content: expect.stringMatching(/^Your code is \d{4}$/) }, 1);
    expect(
      complaint(() => expect(bench.simulator).toHaveAccepted({ content: expect.stringContaining('no') })),
    ).toContain('with content StringContaining no; there are 0');
  });

  it('lets an id that a test lost match only a message without one', () => {
    expect(bench.simulator).toHaveAccepted({ customImsId: undefined }, 1);
  });

  it('lists what is there, numbers masked and texts measured, marking what counts', () => {
    const message = complaint(() => expect(bench.simulator).toHaveAccepted({ customImsId: 'one' }, 2));
    expect(message.split('\n').slice(1)).toEqual([
      expect.stringMatching(
        /^ {2}✓ sendSingleIMS {2}006142\*{4}000 {2}customImsId "one" {2}imsId \d{20} {2}text of 17 units$/,
      ),
      expect.stringMatching(
        /^ {2}· sendBatchIMS {2}006142\*{4}000 {2}customImsId "two" {2}imsId \d{20} {2}text of 5 units$/,
      ),
      expect.stringMatching(
        /^ {2}· sendBatchIMS {2}006142\*{4}001 {2}no customImsId {2}imsId \d{20} {2}text of 5 units$/,
      ),
    ]);
  });

  it('shows the numbers or the texts in full where the expectation is about them', () => {
    const aboutNumber = complaint(() => expect(bench.simulator).toHaveAccepted({ mobile: '0061' }));
    expect(aboutNumber).toContain(`"${GOOD}"`);
    expect(aboutNumber).not.toContain('1234');
    const aboutText = complaint(() => expect(bench.simulator).toHaveAccepted({ content: 'Hi' }));
    expect(aboutText).toContain('"Your code is 1234"');
    expect(aboutText).not.toContain(GOOD);
  });

  it('lists the newest ten', async () => {
    await bench.batch(Array.from({ length: 12 }, (_, index) => ({ mobile: GOOD, customImsId: `batch ${index}` })));
    const message = complaint(() => expect(bench.simulator).toHaveAcceptedNothing());
    expect(message).toContain('  … 5 older\n');
    expect(message).not.toContain('batch 1"');
    expect(message).toContain('batch 2"');
    expect(message).toContain('batch 11"');
  });

  it.each([
    [{ customImsIds: 'one' }, undefined, 'toHaveAccepted: there is no "customImsIds"; write some of mobile, content'],
    ['0061', undefined, 'toHaveAccepted: write an object with some of mobile'],
    [{}, 1.5, 'toHaveAccepted: times is 1.5; write a whole number'],
    [{}, -1, 'toHaveAccepted: times is -1; write a whole number'],
    [Promise.resolve({ mobile: GOOD }), undefined, 'toHaveAccepted: write an object with some of mobile'],
    [new Map([['mobile', GOOD]]), undefined, 'toHaveAccepted: write an object with some of mobile'],
    [new Date(), undefined, 'toHaveAccepted: write an object with some of mobile'],
    [{ mobile: undefined }, undefined, 'toHaveAccepted: mobile is undefined; write a text, or an asymmetric matcher'],
    [{ mobile: undefined }, 0, 'toHaveAccepted: mobile is undefined'],
    [{ mobile: Promise.resolve(GOOD) }, undefined, 'toHaveAccepted: mobile is [object Promise]; write a text'],
    [{ content: /code/ }, undefined, 'toHaveAccepted: content is /code/; write a text'],
    [{ mobile: 61422118000 }, undefined, 'toHaveAccepted: mobile is 61422118000; write a text'],
    [{ appId: null }, undefined, 'toHaveAccepted: appId is null; write a text'],
    [{ customImsId: true }, undefined, 'toHaveAccepted: customImsId is true; write a text'],
    [{ mobile: Object.create(null) as object }, undefined, 'toHaveAccepted: mobile is an object; write a text'],
  ])('refuses the expectation %j, %j, negated or not', (match, times, message) => {
    expect(() => expect(bench.simulator).toHaveAccepted(match as object, times)).toThrow(message);
    expect(() => expect(bench.simulator).not.toHaveAccepted(match as object, times)).toThrow(message);
  });
});

it('toHaveAcceptedOnce passes for exactly one', async () => {
  expect(complaint(() => expect(bench.simulator).toHaveAcceptedOnce())).toBe(
    'expected 1 accepted messages; there are 0, of 0 in all:\n  (none)',
  );
  expect(bench.simulator).not.toHaveAcceptedOnce();
  await bench.single(GOOD, { customImsId: 'one' });
  expect(bench.simulator).toHaveAcceptedOnce();
  expect(bench.simulator).toHaveAcceptedOnce({ customImsId: 'one' });
  expect(complaint(() => expect(bench.simulator).not.toHaveAcceptedOnce())).toContain('expected other than 1 accepted');
  await bench.single(GOOD, { customImsId: 'one' });
  expect(bench.simulator).not.toHaveAcceptedOnce({ customImsId: 'one' });
  expect(complaint(() => expect(bench.simulator).toHaveAcceptedOnce({ customImsId: 'one' }))).toContain('there are 2');
});

it('toHaveAcceptedNothing passes for an empty list', async () => {
  expect(bench.simulator).toHaveAcceptedNothing();
  expect(complaint(() => expect(bench.simulator).not.toHaveAcceptedNothing())).toContain('other than 0 accepted');
  // A request that is refused is no message.
  expect(await bench.code('sendSingleIMS', { mobile: GOOD, content: '' })).toBe('ERROR_CONTENT_EMPTY');
  expect(bench.simulator).toHaveAcceptedNothing();
  await bench.single(GOOD);
  expect(bench.simulator).not.toHaveAcceptedNothing();
  expect(complaint(() => expect(bench.simulator).toHaveAcceptedNothing())).toContain('expected 0 accepted messages;');
});

describe('toHaveAcceptedEachOnce', () => {
  it('knows a message by its customImsId', async () => {
    await bench.single(GOOD, { customImsId: 'one' });
    await bench.single(GOOD, { customImsId: 'two' });
    expect(bench.simulator).toHaveAcceptedEachOnce();
    expect(complaint(() => expect(bench.simulator).not.toHaveAcceptedEachOnce())).toMatch(
      /^expected a message accepted twice; 2 were, each once:\n {2}sendSingleIMS/,
    );
    await bench.batch([{ mobile: OTHER, customImsId: 'two' }]);
    expect(bench.simulator).not.toHaveAcceptedEachOnce();
    const message = complaint(() => expect(bench.simulator).toHaveAcceptedEachOnce());
    expect(message).toMatch(
      /^expected all messages, each accepted once; 3 were, of which again:\n {2}sendBatchIMS {2}006142\*{4}001 {2}customImsId "two"/,
    );
    expect(message.split('\n')).toHaveLength(2);
  });

  it('knows one without a customImsId by number and text', async () => {
    await bench.single(GOOD);
    await bench.single(OTHER);
    await bench.single(GOOD, { content: 'Bye' });
    await bench.single(GOOD, { customImsId: 'one' });
    expect(bench.simulator).toHaveAcceptedEachOnce();
    await bench.single(GOOD, { content: 'Bye' });
    expect(bench.simulator).not.toHaveAcceptedEachOnce();
  });

  it('keeps accounts apart', async () => {
    await bench.simulator.stop();
    const other = { appId: 'other', secretKey: 'key' };
    bench = await Bench.start({ accounts: [{ appId: 'EUCP-EMY-SMS0-SIMUL', secretKey: '0123456789ABCDEF' }, other] });
    await bench.single(GOOD, { customImsId: 'one' });
    await bench.call('sendSingleIMS', bench.signed({ mobile: GOOD, content: 'Hello', customImsId: 'one' }, other));
    expect(bench.simulator).toHaveAcceptedEachOnce(2);
  });

  it('counts them too, if asked: that none is lost', async () => {
    expect(bench.simulator).toHaveAcceptedEachOnce(0);
    expect(bench.simulator).not.toHaveAcceptedEachOnce(1);
    await bench.single(GOOD, { customImsId: 'one' });
    expect(bench.simulator).toHaveAcceptedEachOnce(1);
    expect(complaint(() => expect(bench.simulator).toHaveAcceptedEachOnce(2))).toBe(
      'expected 2 messages, each accepted once; 1 were, of which again:\n  (none)',
    );
    expect(complaint(() => expect(bench.simulator).not.toHaveAcceptedEachOnce(1))).toContain('twice or other than 1;');
    expect(() => expect(bench.simulator).toHaveAcceptedEachOnce(-1)).toThrow('times is -1; write a whole number');
  });
});

describe('toHaveHandedOut', () => {
  beforeEach(async () => {
    await bench.single(GOOD, { customImsId: 'one' });
    await bench.single('0061429999003', { customImsId: 'two' });
    bench.simulator.releaseReports();
  });

  it('passes for a report that left the queue, or exactly so many', async () => {
    expect(bench.simulator).not.toHaveHandedOut();
    const reports = await bench.pull();
    expect(bench.simulator).toHaveHandedOut();
    expect(bench.simulator).toHaveHandedOut({}, 2);
    expect(bench.simulator).toHaveHandedOut({ state: 'DELIVRD', mobile: GOOD, customImsId: 'one' }, 1);
    expect(bench.simulator).toHaveHandedOut({ imsId: reports[0]!.imsId, appId: 'EUCP-EMY-SMS0-SIMUL', finished: true });
    expect(bench.simulator).not.toHaveHandedOut({ state: 'TIMEOUT' });
    expect(bench.simulator).not.toHaveHandedOut({ finished: false });
  });

  it('says what left instead', async () => {
    await bench.pull();
    const message = complaint(() => expect(bench.simulator).toHaveHandedOut({ state: 'TIMEOUT' }, 1));
    expect(message).toMatch(/^expected 1 reports handed out with state "TIMEOUT"; there are 0, of 2 in all:\n/);
    expect(message).toMatch(/\n {2}· FAIL_BALANCE {2}006142\*{4}003 {2}customImsId "two" {2}imsId \d{20}$/);
    expect(complaint(() => expect(bench.simulator).not.toHaveHandedOut({ state: 'DELIVRD' }))).toContain('other than');
    expect(() => expect(bench.simulator).toHaveHandedOut({ status: 'DELIVRD' } as object)).toThrow(
      'toHaveHandedOut: there is no "status"; write some of state, mobile',
    );
  });

  it.each([
    [{ finished: undefined }, 'toHaveHandedOut: finished is undefined; write true, false or an asymmetric matcher'],
    [{ whole: 'yes' }, 'toHaveHandedOut: whole is yes; write true, false'],
    [{ state: undefined }, 'toHaveHandedOut: state is undefined; write a text'],
    [{ imsId: 5 }, 'toHaveHandedOut: imsId is 5; write a text'],
  ])('refuses the expectation %j, negated or not', (match, message) => {
    expect(() => expect(bench.simulator).toHaveHandedOut(match as object)).toThrow(message);
    expect(() => expect(bench.simulator).not.toHaveHandedOut(match as object)).toThrow(message);
  });

  it('lets an id be absent, and takes asymmetric matchers', async () => {
    bench.simulator.pushReport('EUCP-EMY-SMS0-SIMUL', { mobile: OTHER, state: 'DELIVRD' });
    await bench.pull();
    expect(bench.simulator).toHaveHandedOut({ imsId: undefined, customImsId: undefined }, 1);
    expect(bench.simulator).toHaveHandedOut({ finished: expect.any(Boolean), state: expect.any(String) }, 3);
  });

  it('knows an answer that was not finished', async () => {
    bench.simulator.inject({ kind: 'reset-after', on: 'getIMSReport' });
    await expect(bench.pull()).rejects.toThrow(/ECONNRESET|hang up/);
    expect(bench.simulator).toHaveHandedOut({ finished: false }, 2);
    expect(complaint(() => expect(bench.simulator).toHaveHandedOut({}, 1))).toContain('its answer was not finished');
  });
});

describe('toHavePushed', () => {
  beforeEach(async () => {
    bench.simulator.changeAccount({ push: { url: 'http://127.0.0.1:1/', everyMs: 2_000_000_000, retryAfterMs: [] } });
    await bench.single(GOOD, { customImsId: 'one' });
    bench.simulator.releaseReports();
    expect(bench.simulator).not.toHavePushed();
    await bench.simulator.pushDue();
  });

  it('passes for a report, or exactly so many, however its push ended', () => {
    expect(bench.simulator).toHavePushed();
    expect(bench.simulator).toHavePushed({ customImsId: 'one', mobile: GOOD, state: 'DELIVRD', end: 'given-up' }, 1);
    expect(bench.simulator).not.toHavePushed({ end: 'acknowledged' });
  });

  it('refuses a field that would match nothing', () => {
    const message = 'toHavePushed: end is undefined; write a text';
    expect(() => expect(bench.simulator).not.toHavePushed({ end: undefined } as object)).toThrow(message);
  });

  it('lists what was pushed, and how it ended', () => {
    const message = complaint(() => expect(bench.simulator).toHavePushed({ end: 'acknowledged' }));
    expect(message).toContain('expected one or more reports pushed with end "acknowledged"; there are 0, of 1 in all');
    expect(message).toContain('given-up after 1 attempts');
    expect(message).not.toContain(GOOD);
  });
});

it('toHaveNoPendingReports passes for an empty queue', async () => {
  expect(bench.simulator).toHaveNoPendingReports();
  expect(complaint(() => expect(bench.simulator).not.toHaveNoPendingReports())).toBe(
    'expected a report that waits; there is none',
  );
  await bench.single(GOOD, { customImsId: 'one' });
  expect(bench.simulator).not.toHaveNoPendingReports();
  expect(complaint(() => expect(bench.simulator).toHaveNoPendingReports())).toMatch(
    /^expected no report that waits; there are 1:\n {2}DELIVRD {2}006142\*{4}000 {2}customImsId "one" {2}imsId \d{20}$/,
  );
  bench.simulator.releaseReports();
  await bench.pull();
  expect(bench.simulator).toHaveNoPendingReports();
});

it('toHaveReceivedRequests counts the requests of one call, answered or not', async () => {
  expect(bench.simulator).not.toHaveReceivedRequests('sendSingleIMS');
  bench.simulator.inject({ kind: 'reset-before' });
  await expect(bench.single(GOOD)).rejects.toThrow(/ECONNRESET|hang up/);
  await bench.single(GOOD);
  await bench.pull();
  expect(bench.simulator).toHaveReceivedRequests('sendSingleIMS');
  expect(bench.simulator).toHaveReceivedRequests('sendSingleIMS', 2);
  expect(bench.simulator).toHaveReceivedRequests('sendBatchIMS', 0);
  expect(bench.simulator).not.toHaveReceivedRequests('getIMSReport', 2);
  const message = complaint(() => expect(bench.simulator).toHaveReceivedRequests('getIMSReport', 2));
  expect(message.split('\n')).toEqual([
    'expected 2 requests with call "getIMSReport"; there are 1, of 3 in all:',
    '  · POST "/inter/sendSingleIMS"  no answer  0 taken  fault reset-before',
    '  · POST "/inter/sendSingleIMS"  SUCCESS  1 taken',
    '  ✓ POST "/inter/getIMSReport"  SUCCESS  0 taken',
  ]);
  expect(() => expect(bench.simulator).toHaveReceivedRequests('sendIMS' as 'sendBatchIMS')).toThrow(
    'there is no call "sendIMS"; write one of sendSingleIMS, sendBatchIMS',
  );
});

describe('what proves nothing', () => {
  it('is what is no simulator, negated or not', () => {
    const message = 'expect(…) must be given a simulator';
    expect(() => expect({ accepted: [] }).toHaveAccepted()).toThrow(`toHaveAccepted: ${message}`);
    expect(() => expect(undefined).not.toHaveAcceptedEachOnce()).toThrow(`toHaveAcceptedEachOnce: ${message}`);
    expect(() => expect([]).not.toHaveHandedOut()).toThrow(`toHaveHandedOut: ${message}`);
    expect(() => expect('url').toHaveNoPendingReports()).toThrow(`toHaveNoPendingReports: ${message}`);
    expect(() => expect(null).not.toHaveReceivedRequests('sendBatchIMS')).toThrow(`toHaveReceivedRequests: ${message}`);
  });

  it('is a list that has forgotten its beginning, negated or not', async () => {
    await bench.simulator.stop();
    bench = await Bench.start({ historyLimit: 2 });
    await bench.batch([{ mobile: GOOD }, { mobile: OTHER }, { mobile: '0061422118002' }]);
    const message = 'the simulator remembers 2 of 3; raise its historyLimit, or call reset() between tests.';
    expect(() => expect(bench.simulator).toHaveAccepted({ mobile: OTHER })).toThrow(message);
    expect(() => expect(bench.simulator).not.toHaveAccepted({ mobile: GOOD })).toThrow(message);
    expect(() => expect(bench.simulator).toHaveAcceptedEachOnce()).toThrow(message);
    bench.simulator.reset();
    expect(bench.simulator).toHaveAcceptedNothing();
  });
});
