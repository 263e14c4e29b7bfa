import { describe, expect, it } from '@jest/globals';
import type { SendEntry } from '../protocol/index.js';
import { judge } from './verdict.js';

const one = { customImsId: 'a', mobile: '+61422118000', content: 'Hello' };
const two = { customImsId: 'b', mobile: '+61422118001', content: 'Hello' };
const other = { customImsId: 'c', mobile: '+61422118002', content: 'Other' };

const entry = (customImsId: string | null, mobile: string | null, imsId: string | null): SendEntry => ({
  customImsId,
  mobile,
  imsId,
});

describe('judging how a request ended', () => {
  const judged = (entries: SendEntry[]) => {
    const verdict = judge({ kind: 'accepted', entries }, [one, two]);
    if (verdict.kind !== 'decided') throw new Error(`not decided but ${verdict.kind}`);
    return verdict.outcomes.map(({ customImsId, state, imsId, code }) => [customImsId, state, imsId, code]);
  };

  it('gives each message its entry by customImsId, in whatever order', () => {
    const answer = [entry('b', two.mobile, '2'), entry('a', one.mobile, '1')];
    expect(judged(answer)).toEqual([
      ['a', 'ACCEPTED', '1', 'SUCCESS'],
      ['b', 'ACCEPTED', '2', 'SUCCESS'],
    ]);
  });

  it('falls back to the number where the entry has no id', () => {
    const answer = [entry(null, two.mobile, '2'), entry(null, one.mobile, '1')];
    expect(judged(answer)).toEqual([
      ['a', 'ACCEPTED', '1', 'SUCCESS'],
      ['b', 'ACCEPTED', '2', 'SUCCESS'],
    ]);
  });

  it('takes the imsId from an entry that has the id, and no number or one that is not in the request', () => {
    expect(judged([entry('a', null, '1'), entry('b', '+19999', '2')])).toEqual([
      ['a', 'ACCEPTED', '1', 'SUCCESS'],
      ['b', 'ACCEPTED', '2', 'SUCCESS'],
    ]);
  });

  it('does not take the answer to another request, to the same number, for its own', () => {
    expect(judged([entry('strange', one.mobile, '1')])).toEqual([
      ['a', 'UNCONFIRMED', null, 'MISSING_ENTRY'],
      ['b', 'UNCONFIRMED', null, 'MISSING_ENTRY'],
    ]);
  });

  it.each([
    ['cut at its end', 'Order-7', 'Order-71'],
    ['cut at its beginning', 'Order-71', 'der-71'],
    ['in another case', 'Order-7', 'ORDER-7'],
    ['with something before it', 'Order-7', 'APP1-Order-7'],
    ['cut to nothing', 'Order-7', ''],
  ])('knows its own id, %s, by the number', (_how, customImsId, written) => {
    const message = { ...one, customImsId };
    const outcome = { kind: 'accepted', entries: [entry(written || null, one.mobile, '1')] } as const;
    expect(judge(outcome, [message, two])).toMatchObject({
      outcomes: [{ customImsId, state: 'ACCEPTED', imsId: '1' }, { state: 'UNCONFIRMED' }],
    });
  });

  it('tells ids apart that are the same once they are cut', () => {
    const messages = [
      { ...one, customImsId: 'order-1' },
      { ...two, customImsId: 'order-10' },
    ];
    const entries = [entry('order-1', two.mobile, '2'), entry('order-1', one.mobile, '1')];
    expect(judge({ kind: 'accepted', entries }, messages)).toMatchObject({
      outcomes: [
        { customImsId: 'order-1', state: 'ACCEPTED', imsId: '1' },
        { customImsId: 'order-10', state: 'ACCEPTED', imsId: '2' },
      ],
    });
  });

  it('takes the id, and no imsId, from an entry that names two of its messages', () => {
    expect(judged([entry('a', two.mobile, '1')])).toEqual([
      ['a', 'ACCEPTED', null, 'SUCCESS'],
      ['b', 'UNCONFIRMED', null, 'MISSING_ENTRY'],
    ]);
    expect(judged([entry('a', two.mobile, '2'), entry('b', one.mobile, '1')])).toEqual([
      ['a', 'ACCEPTED', null, 'SUCCESS'],
      ['b', 'ACCEPTED', null, 'SUCCESS'],
    ]);
    const withTheTrueOne = [entry('a', one.mobile, '1'), entry('a', two.mobile, '2')];
    expect(judged(withTheTrueOne)[0]).toEqual(['a', 'ACCEPTED', '1', 'SUCCESS']);
    expect(judged(withTheTrueOne.toReversed())[0]).toEqual(['a', 'ACCEPTED', '1', 'SUCCESS']);
  });

  it('takes no imsId that several have, and one entry twice for one', () => {
    expect(judged([entry('a', one.mobile, '1'), entry('b', two.mobile, '1')])).toEqual([
      ['a', 'ACCEPTED', null, 'SUCCESS'],
      ['b', 'ACCEPTED', null, 'SUCCESS'],
    ]);
    const twice = [entry('a', one.mobile, '1'), entry('b', two.mobile, '2')];
    expect(judged([...twice, ...twice])).toEqual([
      ['a', 'ACCEPTED', '1', 'SUCCESS'],
      ['b', 'ACCEPTED', '2', 'SUCCESS'],
    ]);
  });

  it('leaves a message without an entry unconfirmed, and ignores strangers and entries without anything', () => {
    const answer = [entry('a', one.mobile, null), entry('z', '+19999', '9'), entry(null, null, null)];
    expect(judged(answer)).toEqual([
      ['a', 'ACCEPTED', null, 'SUCCESS'],
      ['b', 'UNCONFIRMED', null, 'MISSING_ENTRY'],
    ]);
  });

  it.each(['ERROR_APPID', 'ERROR_SIGN', 'ERROR_TIMESTAMP', 'ERROR_CLIENT_IP'])(
    'gives all back to the queue when the account is refused with %s',
    (code) => {
      expect(judge({ kind: 'refused', code }, [one, two])).toEqual({ kind: 'released', code, refusesAccount: true });
    },
  );

  it('gives all back to the queue when the pace is too high, or nothing was sent', () => {
    const slow = { kind: 'released', code: 'ERROR_OVER_SPEED', refusesAccount: false };
    expect(judge({ kind: 'refused', code: 'ERROR_OVER_SPEED' }, [one])).toEqual(slow);
    const unsent = { kind: 'released', code: 'ECONNREFUSED', refusesAccount: false };
    expect(judge({ kind: 'unsent', reason: 'ECONNREFUSED' }, [one, two])).toEqual(unsent);
  });

  it('splits what was too large to be sent, unless it is a single message', () => {
    const tooLarge = { kind: 'unsent', reason: 'HTTP_413', isTooLarge: true } as const;
    expect(judge(tooLarge, [one, two])).toEqual({ kind: 'split', code: 'HTTP_413' });
    expect(judge(tooLarge, [one])).toEqual({ kind: 'released', code: 'HTTP_413', refusesAccount: false });
  });

  it('gives all back, as for a refused account, when the balance is too low', () => {
    const poor = { kind: 'released', code: 'ERROR_BALANCE', refusesAccount: true };
    expect(judge({ kind: 'refused', code: 'ERROR_BALANCE' }, [one, two])).toEqual(poor);
  });

  it.each([[[one]], [[one, two]], [[one, other]]])(
    'neither splits nor rejects what is answered with ERROR_PARAMS, which may have been taken',
    (messages) => {
      const verdict = judge({ kind: 'refused', code: 'ERROR_PARAMS' }, messages);
      const unconfirmed = messages.map(() => expect.objectContaining({ state: 'UNCONFIRMED', code: 'ERROR_PARAMS' }));
      expect(verdict).toEqual({ kind: 'decided', outcomes: unconfirmed });
    },
  );

  it('takes a code for what Emay has told its customer', () => {
    const told = { ERROR_SMS_TIME: 'hold', ERROR_PARAMS: 'refused', ERROR_SIGN: 'unconfirmed' } as const;
    const refused = (code: string) => judge({ kind: 'refused', code }, [one], told);
    expect(refused('ERROR_SMS_TIME')).toMatchObject({ kind: 'released', refusesAccount: true });
    expect(refused('ERROR_PARAMS')).toMatchObject({ outcomes: [{ state: 'REJECTED' }] });
    expect(refused('ERROR_SIGN')).toMatchObject({ outcomes: [{ state: 'UNCONFIRMED' }] });
  });

  it.each(['ERROR_MOBILE_ERROR', 'ERROR_LONG_CONTENT', 'ERROR_CUSTOM_IMSID', 'ERROR_MOBILE_NUMBER'])(
    'splits a refused request of different texts to find the culprit of %s, and rejects it alone',
    (code) => {
      expect(judge({ kind: 'refused', code }, [one, other])).toEqual({ kind: 'split', code });
      expect(judge({ kind: 'refused', code }, [one])).toMatchObject({
        kind: 'decided',
        outcomes: [{ customImsId: 'a', state: 'REJECTED', code }],
      });
    },
  );

  it('rejects all at once where all share the text that is refused', () => {
    expect(judge({ kind: 'refused', code: 'ERROR_LONG_CONTENT' }, [one, two])).toMatchObject({
      outcomes: [{ state: 'REJECTED' }, { state: 'REJECTED' }],
    });
  });

  it('leaves all unconfirmed, with what came, when nothing can be concluded', () => {
    const outcome = { kind: 'unconfirmed', reason: 'HTTP_502', rawAnswer: '<html>' } as const;
    expect(judge(outcome, [one, two])).toMatchObject({
      kind: 'decided',
      outcomes: [
        { customImsId: 'a', state: 'UNCONFIRMED', code: 'HTTP_502', rawAnswer: '<html>' },
        { customImsId: 'b', state: 'UNCONFIRMED' },
      ],
    });
  });
});
