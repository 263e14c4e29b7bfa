import { describe, expect, it } from '@jest/globals';
import type { SendEntry } from '../protocol/index.js';
import { judge } from './settlement.js';

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
    if (verdict.kind !== 'settled') throw new Error(`not settled but ${verdict.kind}`);
    return verdict.settlements.map(({ customImsId, state, imsId, code }) => [customImsId, state, imsId, code]);
  };

  it('gives each message its entry by customImsId, in whatever order', () => {
    const answer = [entry('b', two.mobile, '2'), entry('a', one.mobile, '1')];
    expect(judged(answer)).toEqual([
      ['a', 'ACCEPTED', '1', 'SUCCESS'],
      ['b', 'ACCEPTED', '2', 'SUCCESS'],
    ]);
  });

  it('falls back to the number where the entry has no id, or one of nobody here', () => {
    const answer = [entry(null, two.mobile, '2'), entry('strange', one.mobile, '1')];
    expect(judged(answer)).toEqual([
      ['a', 'ACCEPTED', '1', 'SUCCESS'],
      ['b', 'ACCEPTED', '2', 'SUCCESS'],
    ]);
  });

  it('never gives one message the entry that names another', () => {
    expect(judged([entry('a', two.mobile, '1')])).toEqual([
      ['a', 'ACCEPTED', '1', 'SUCCESS'],
      ['b', 'UNCONFIRMED', null, 'MISSING_ENTRY'],
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

  it('gives all back, as for a refused account, when the balance is too low', () => {
    const poor = { kind: 'released', code: 'ERROR_BALANCE', refusesAccount: true };
    expect(judge({ kind: 'refused', code: 'ERROR_BALANCE' }, [one, two])).toEqual(poor);
  });

  it.each([[[one]], [[one, two]], [[one, other]]])(
    'neither splits nor rejects what is answered with ERROR_PARAMS, which may have been taken',
    (messages) => {
      const verdict = judge({ kind: 'refused', code: 'ERROR_PARAMS' }, messages);
      const unconfirmed = messages.map(() => expect.objectContaining({ state: 'UNCONFIRMED', code: 'ERROR_PARAMS' }));
      expect(verdict).toEqual({ kind: 'settled', settlements: unconfirmed });
    },
  );

  it('takes a code for what Emay has told its customer', () => {
    const told = { ERROR_SMS_TIME: 'hold', ERROR_PARAMS: 'refused', ERROR_SIGN: 'unconfirmed' } as const;
    const refused = (code: string) => judge({ kind: 'refused', code }, [one], told);
    expect(refused('ERROR_SMS_TIME')).toMatchObject({ kind: 'released', refusesAccount: true });
    expect(refused('ERROR_PARAMS')).toMatchObject({ settlements: [{ state: 'REJECTED' }] });
    expect(refused('ERROR_SIGN')).toMatchObject({ settlements: [{ state: 'UNCONFIRMED' }] });
  });

  it.each(['ERROR_MOBILE_ERROR', 'ERROR_LONG_CONTENT', 'ERROR_CUSTOM_IMSID', 'ERROR_MOBILE_NUMBER'])(
    'splits a refused request of different texts to find the culprit of %s, and rejects it alone',
    (code) => {
      expect(judge({ kind: 'refused', code }, [one, other])).toEqual({ kind: 'split', code });
      expect(judge({ kind: 'refused', code }, [one])).toMatchObject({
        kind: 'settled',
        settlements: [{ customImsId: 'a', state: 'REJECTED', code }],
      });
    },
  );

  it('rejects all at once where all share the text that is refused', () => {
    expect(judge({ kind: 'refused', code: 'ERROR_LONG_CONTENT' }, [one, two])).toMatchObject({
      settlements: [{ state: 'REJECTED' }, { state: 'REJECTED' }],
    });
  });

  it('leaves all unconfirmed, with what came, when nothing can be concluded', () => {
    const outcome = { kind: 'unconfirmed', reason: 'HTTP_502', rawAnswer: '<html>' } as const;
    expect(judge(outcome, [one, two])).toMatchObject({
      kind: 'settled',
      settlements: [
        { customImsId: 'a', state: 'UNCONFIRMED', code: 'HTTP_502', rawAnswer: '<html>' },
        { customImsId: 'b', state: 'UNCONFIRMED' },
      ],
    });
  });
});
