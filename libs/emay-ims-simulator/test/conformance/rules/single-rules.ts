import assert from 'node:assert/strict';
import { objectOf } from '../gateway-under-test.js';
import type { Rule } from '../rule.js';
import { BAD_NUMBER, LONG_ID, LONG_TEXT, LONGEST_ID, LONGEST_TEXT, mustAnswer, TEXT } from './asking.js';

const CALL = 'sendSingleIMS';

/** §2.1: one number. What is asked with a good number needs leave to send: a gateway that breaks the rule would. */
export const SINGLE_RULES: readonly Rule[] = [
  {
    known: 'doc',
    section: '3',
    says: `${CALL}: an empty number is ERROR_MOBILE_EMPTY`,
    async check(gateway) {
      await mustAnswer(gateway, 'ERROR_MOBILE_EMPTY', CALL, { mobile: '', content: TEXT });
    },
  },
  {
    known: 'assumed',
    says: `${CALL}: a missing number is an empty one`,
    async check(gateway) {
      await mustAnswer(gateway, 'ERROR_MOBILE_EMPTY', CALL, { content: TEXT });
      await mustAnswer(gateway, 'ERROR_MOBILE_EMPTY', CALL, { mobile: null, content: TEXT });
    },
  },
  {
    known: 'seen',
    says: `${CALL}: a number of blanks is an empty one, as it is trimmed to be checked`,
    async check(gateway) {
      await mustAnswer(gateway, 'ERROR_MOBILE_EMPTY', CALL, { mobile: '  ', content: TEXT });
    },
  },
  {
    known: 'doc',
    section: '3',
    says: `${CALL}: a bad number is ERROR_MOBILE_ERROR`,
    async check(gateway) {
      await mustAnswer(gateway, 'ERROR_MOBILE_ERROR', CALL, { mobile: BAD_NUMBER, content: TEXT });
      await mustAnswer(gateway, 'ERROR_MOBILE_ERROR', CALL, { mobile: 'number', content: TEXT });
    },
  },
  {
    known: 'assumed',
    says: `${CALL}: 00 and a country code that begins with 0, or less than 7 digits or more than 15, is a bad number`,
    async check(gateway) {
      for (const digits of ['012345678901', '1'.repeat(6), '1'.repeat(16)]) {
        await mustAnswer(gateway, 'ERROR_MOBILE_ERROR', CALL, { mobile: `00${digits}`, content: TEXT });
      }
    },
  },
  {
    known: 'seen',
    says: `${CALL}: a number with + instead of 00 is a bad one`,
    needs: 'sending',
    async check(gateway) {
      const mobile = gateway.mobile().replace(/^00/, '+');
      await mustAnswer(gateway, 'ERROR_MOBILE_ERROR', CALL, { mobile, content: TEXT });
    },
  },
  {
    known: 'doc',
    section: '2.1.1.2',
    says: `${CALL}: two numbers are not one`,
    needs: 'sending',
    async check(gateway) {
      const mobile = `${gateway.mobile()},${gateway.mobile()}`;
      await mustAnswer(gateway, 'ERROR_MOBILE_ERROR', CALL, { mobile, content: TEXT });
    },
  },
  {
    known: 'seen',
    says: `${CALL}: the number is looked at before text and id`,
    async check(gateway) {
      const rest = { content: '', customImsId: LONG_ID };
      await mustAnswer(gateway, 'ERROR_MOBILE_EMPTY', CALL, { mobile: '', ...rest });
      await mustAnswer(gateway, 'ERROR_MOBILE_ERROR', CALL, { mobile: BAD_NUMBER, ...rest });
      await mustAnswer(gateway, 'ERROR_MOBILE_ERROR', CALL, { mobile: BAD_NUMBER, ...rest, content: LONG_TEXT });
    },
  },
  {
    known: 'doc',
    section: '3',
    says: `${CALL}: an empty text is ERROR_CONTENT_EMPTY`,
    needs: 'sending',
    async check(gateway) {
      await mustAnswer(gateway, 'ERROR_CONTENT_EMPTY', CALL, { mobile: gateway.mobile(), content: '' });
      await mustAnswer(gateway, 'ERROR_CONTENT_EMPTY', CALL, { mobile: gateway.mobile() });
    },
  },
  {
    known: 'seen',
    says: `${CALL}: the text is looked at before the id`,
    needs: 'sending',
    async check(gateway) {
      const fields = { mobile: gateway.mobile(), customImsId: LONG_ID };
      await mustAnswer(gateway, 'ERROR_CONTENT_EMPTY', CALL, { ...fields, content: '' });
      await mustAnswer(gateway, 'ERROR_LONG_CONTENT', CALL, { ...fields, content: LONG_TEXT });
    },
  },
  {
    known: 'seen',
    says: `${CALL}: a text of 500 units passes, one of 501 is ERROR_LONG_CONTENT`,
    needs: 'sending',
    async check(gateway) {
      const mobile = gateway.mobile();
      await mustAnswer(gateway, 'ERROR_LONG_CONTENT', CALL, { mobile, content: LONG_TEXT });
      await mustAnswer(gateway, 'SUCCESS', CALL, { mobile, content: LONGEST_TEXT });
    },
  },
  {
    known: 'doc',
    section: '2.1.1.2',
    says: `${CALL}: a customImsId of 32 characters passes, one of 33 is ERROR_CUSTOM_IMSID`,
    needs: 'sending',
    async check(gateway) {
      const fields = { mobile: gateway.mobile(), content: TEXT };
      await mustAnswer(gateway, 'ERROR_CUSTOM_IMSID', CALL, { ...fields, customImsId: LONG_ID });
      await mustAnswer(gateway, 'SUCCESS', CALL, { ...fields, customImsId: LONGEST_ID });
    },
  },
  {
    known: 'assumed',
    says: `${CALL}: a number or text of another JSON type is ERROR_PARAMS`,
    async check(gateway) {
      await mustAnswer(gateway, 'ERROR_PARAMS', CALL, { mobile: 12345, content: TEXT });
      await mustAnswer(gateway, 'ERROR_PARAMS', CALL, { mobile: BAD_NUMBER, content: [TEXT] });
      await mustAnswer(gateway, 'ERROR_PARAMS', CALL, { mobile: BAD_NUMBER, content: TEXT, customImsId: 1 });
    },
  },
  {
    known: 'doc',
    section: '2.1.2.2',
    says: `${CALL}: data is an object with mobile, imsId and customImsId, the imsId a text of up to 20 digits`,
    needs: 'sending',
    async check(gateway) {
      const mobile = gateway.mobile();
      const customImsId = gateway.freshId();
      const data = objectOf(await gateway.data(CALL, { mobile, content: TEXT, customImsId }));
      assert.equal(data.mobile, mobile);
      assert.equal(data.customImsId, customImsId);
      assert(typeof data.imsId === 'string', `imsId is a ${typeof data.imsId}`);
      assert.match(data.imsId, /^\d{1,20}$/);
    },
  },
  {
    known: 'seen',
    says: `${CALL}: a padded number is accepted and kept as it came, and its report is FAIL_MOBILE`,
    needs: 'sending',
    async check(gateway) {
      const mobile = ` ${gateway.mobile()} `;
      const data = objectOf(await gateway.data(CALL, { mobile, content: TEXT }));
      assert.equal(data.mobile, mobile);
      const report = await gateway.reportOf(data.imsId);
      assert.equal(report.state, 'FAIL_MOBILE');
      assert.equal(report.mobile, mobile);
    },
  },
  {
    known: 'seen',
    says: `${CALL}: the same customImsId, number and text are accepted again, as another message`,
    needs: 'sending',
    async check(gateway) {
      const fields = { mobile: gateway.mobile(), content: TEXT, customImsId: gateway.freshId() };
      const first = objectOf(await gateway.data(CALL, fields));
      const second = objectOf(await gateway.data(CALL, fields));
      assert.equal(first.customImsId, second.customImsId);
      assert.notEqual(first.imsId, second.imsId);
    },
  },
  {
    known: 'assumed',
    says: `${CALL}: without a customImsId the answer has none`,
    needs: 'sending',
    async check(gateway) {
      const data = objectOf(await gateway.data(CALL, { mobile: gateway.mobile(), content: TEXT }));
      assert.equal('customImsId' in data, false);
    },
  },
];
