import assert from 'node:assert/strict';
import type { Rule } from '../rule.js';
import {
  BAD_NUMBER,
  batch,
  BATCH_CALLS,
  type BatchCall,
  LONG_ASTRAL_TEXT,
  LONG_ID,
  LONG_TEXT,
  LONGEST_ASTRAL_TEXT,
  LONGEST_ID,
  LONGEST_TEXT,
  mustAnswer,
  sendBatch,
  TEXT,
} from './asking.js';

const bad = { mobile: BAD_NUMBER };
const many = (count: number) => Array.from({ length: count }, () => bad);

const endingWith = (content: string) => ({
  imses: [
    { ...bad, content: TEXT },
    { ...bad, content },
  ],
});

/** §2.2 and §2.3, which share them. Where all numbers are bad, ERROR_MOBILE_ERROR means that all else has passed. */
function rulesOf(call: BatchCall, section: string): Rule[] {
  return [
    {
      known: 'seen',
      says: `${call}: an empty list is ERROR_MOBILE_EMPTY, before the text`,
      async check(gateway) {
        await mustAnswer(gateway, 'ERROR_MOBILE_EMPTY', call, { content: TEXT, imses: [] });
        await mustAnswer(gateway, 'ERROR_MOBILE_EMPTY', call, { content: '', imses: [] });
      },
    },
    {
      known: 'seen',
      says: `${call}: an empty list is looked at after the account, so it proves path, account and sign for nothing`,
      async check(gateway) {
        const body = { content: LONG_TEXT, imses: [] };
        assert.equal(await gateway.code(call, gateway.signed({ ...body, sign: 'wrong' })), 'ERROR_SIGN');
        assert.equal(await gateway.code(call, gateway.signed({ ...body, appId: 'nobody' })), 'ERROR_APPID');
        await mustAnswer(gateway, 'ERROR_MOBILE_EMPTY', call, body);
      },
    },
    {
      known: 'assumed',
      says: `${call}: a missing list is an empty one, and one of another JSON type is ERROR_PARAMS`,
      async check(gateway) {
        await mustAnswer(gateway, 'ERROR_MOBILE_EMPTY', call, { content: TEXT });
        await mustAnswer(gateway, 'ERROR_PARAMS', call, { content: TEXT, imses: {} });
        await mustAnswer(gateway, 'ERROR_PARAMS', call, { content: TEXT, imses: [BAD_NUMBER] });
      },
    },
    {
      known: 'doc',
      section: `${section}.1.2`,
      says: `${call}: 300 numbers pass, 301 are ERROR_MOBILE_NUMBER`,
      async check(gateway) {
        await mustAnswer(gateway, 'ERROR_MOBILE_ERROR', call, batch(call, many(300)));
        await mustAnswer(gateway, 'ERROR_MOBILE_NUMBER', call, batch(call, many(301)));
      },
    },
    {
      known: 'seen',
      says: `${call}: the count is looked at before text and ids`,
      async check(gateway) {
        const entries = many(301).map((entry) => ({ ...entry, customImsId: LONG_ID }));
        await mustAnswer(gateway, 'ERROR_MOBILE_NUMBER', call, batch(call, entries, ''));
        await mustAnswer(gateway, 'ERROR_MOBILE_NUMBER', call, batch(call, entries, LONG_TEXT));
      },
    },
    {
      known: 'doc',
      section: '3',
      says: `${call}: an empty text is ERROR_CONTENT_EMPTY`,
      async check(gateway) {
        await mustAnswer(gateway, 'ERROR_CONTENT_EMPTY', call, batch(call, [bad], ''));
        await mustAnswer(gateway, 'ERROR_CONTENT_EMPTY', call, batch(call, [bad], null));
      },
    },
    {
      known: 'doc',
      section: '3',
      says: `${call}: a far too long text is ERROR_LONG_CONTENT`,
      async check(gateway) {
        await mustAnswer(gateway, 'ERROR_LONG_CONTENT', call, batch(call, [bad], 'x'.repeat(20_000)));
      },
    },
    {
      known: 'seen',
      says: `${call}: a text of 500 UTF-16 units passes, one of 501 is ERROR_LONG_CONTENT`,
      async check(gateway) {
        await mustAnswer(gateway, 'ERROR_MOBILE_ERROR', call, batch(call, [bad], LONGEST_TEXT));
        await mustAnswer(gateway, 'ERROR_LONG_CONTENT', call, batch(call, [bad], LONG_TEXT));
      },
    },
    {
      known: 'seen',
      says: `${call}: a character beyond the first plane counts two units`,
      async check(gateway) {
        await mustAnswer(gateway, 'ERROR_MOBILE_ERROR', call, batch(call, [bad], LONGEST_ASTRAL_TEXT));
        await mustAnswer(gateway, 'ERROR_LONG_CONTENT', call, batch(call, [bad], LONG_ASTRAL_TEXT));
      },
    },
    {
      known: 'seen',
      says: `${call}: the text is looked at before ids and numbers`,
      async check(gateway) {
        const entries = [{ ...bad, customImsId: LONG_ID }];
        await mustAnswer(gateway, 'ERROR_CONTENT_EMPTY', call, batch(call, entries, ''));
        await mustAnswer(gateway, 'ERROR_LONG_CONTENT', call, batch(call, entries, LONG_TEXT));
      },
    },
    {
      known: 'doc',
      section: `${section}.1.2`,
      says: `${call}: customImsIds of 32 characters pass, and may be left out`,
      async check(gateway) {
        await mustAnswer(gateway, 'ERROR_MOBILE_ERROR', call, batch(call, [{ ...bad, customImsId: LONGEST_ID }, bad]));
      },
    },
    {
      known: 'seen',
      says: `${call}: one customImsId of 33 characters refuses the whole call with ERROR_CUSTOM_IMSID, before the numbers`,
      async check(gateway) {
        const entries = [bad, { ...bad, customImsId: LONG_ID }];
        await mustAnswer(gateway, 'ERROR_CUSTOM_IMSID', call, batch(call, entries));
      },
    },
    {
      known: 'seen',
      says: `${call}: only bad numbers are ERROR_MOBILE_ERROR`,
      async check(gateway) {
        await mustAnswer(gateway, 'ERROR_MOBILE_ERROR', call, batch(call, [bad, { mobile: '' }, { mobile: 'number' }]));
      },
    },
    {
      known: 'doc',
      section: `${section}.2.1`,
      says: `${call}: data is an array with one entry for each number, and an imsId and the customImsId for each`,
      needs: 'sending',
      async check(gateway) {
        const wanted = [gateway.mobile(), BAD_NUMBER].map((mobile) => ({ mobile, customImsId: gateway.freshId() }));
        const entries = await sendBatch(gateway, call, wanted);
        assert.equal(entries.length, wanted.length);
        for (const { mobile, customImsId } of wanted) {
          const entry = entries.find((one) => one.customImsId === customImsId);
          assert.equal(entry?.mobile, mobile);
          assert.match(String(entry?.imsId), /^\d{1,20}$/);
        }
      },
    },
    {
      known: 'seen',
      says: `${call}: one good number carries the bad ones: all entries, in request order, each with an imsId of its own`,
      needs: 'sending',
      async check(gateway) {
        const mobiles = ['number', gateway.mobile(), '', BAD_NUMBER];
        const entries = await sendBatch(
          gateway,
          call,
          mobiles.map((mobile) => ({ mobile })),
        );
        assert.deepEqual(
          entries.map(({ mobile }) => mobile),
          mobiles,
        );
        assert.equal(new Set(entries.map(({ imsId }) => imsId)).size, mobiles.length);
        for (const index of [0, 2, 3]) {
          assert.equal((await gateway.reportOf(entries[index]?.imsId)).state, 'FAIL_MOBILE');
        }
        assert.notEqual((await gateway.reportOf(entries[1]?.imsId)).state, 'FAIL_MOBILE');
      },
    },
    {
      known: 'seen',
      says: `${call}: the same number and text again are accepted, and reported FAIL_MOBILE_REPEAT`,
      needs: 'sending',
      async check(gateway) {
        const mobile = gateway.mobile();
        const entries = await sendBatch(gateway, call, [{ mobile }, { mobile }, { mobile }]);
        assert.equal(entries.length, 3);
        assert.notEqual((await gateway.reportOf(entries[0]?.imsId)).state, 'FAIL_MOBILE_REPEAT');
        assert.equal((await gateway.reportOf(entries[1]?.imsId)).state, 'FAIL_MOBILE_REPEAT');
        assert.equal((await gateway.reportOf(entries[2]?.imsId)).state, 'FAIL_MOBILE_REPEAT');
      },
    },
  ];
}

export const BATCH_RULES: readonly Rule[] = [
  ...BATCH_CALLS.flatMap((call) => rulesOf(call, call === 'sendBatchIMS' ? '2.2' : '2.3')),
  {
    known: 'seen',
    says: 'sendPersonalityIMS: the same number with another text is no repeat',
    needs: 'sending',
    async check(gateway) {
      const mobile = gateway.mobile();
      const entries = await sendBatch(gateway, 'sendPersonalityIMS', [
        { mobile, content: 'one' },
        { mobile, content: 'two' },
      ]);
      for (const { imsId } of entries) {
        assert.notEqual((await gateway.reportOf(imsId)).state, 'FAIL_MOBILE_REPEAT');
      }
      assert.equal(entries.length, 2);
    },
  },
  {
    known: 'assumed',
    says: 'sendPersonalityIMS: one empty or long text refuses the whole call',
    async check(gateway) {
      await mustAnswer(gateway, 'ERROR_CONTENT_EMPTY', 'sendPersonalityIMS', endingWith(''));
      await mustAnswer(gateway, 'ERROR_LONG_CONTENT', 'sendPersonalityIMS', endingWith(LONG_TEXT));
    },
  },
  {
    known: 'doc',
    section: '2.3.1.3',
    says: 'sendPersonalityIMS: the id is read as customImsId, as in the example',
    async check(gateway) {
      const entries = [{ ...bad, customImsId: LONG_ID }];
      await mustAnswer(gateway, 'ERROR_CUSTOM_IMSID', 'sendPersonalityIMS', batch('sendPersonalityIMS', entries));
    },
  },
  {
    known: 'doc',
    section: '2.3.1.2',
    says: 'sendPersonalityIMS: the id is read as customImId, as in the table',
    async check(gateway) {
      const entries = [{ ...bad, customImId: LONG_ID }];
      await mustAnswer(gateway, 'ERROR_CUSTOM_IMSID', 'sendPersonalityIMS', batch('sendPersonalityIMS', entries));
    },
  },
];
