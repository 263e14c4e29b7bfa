import assert from 'node:assert/strict';
import { CALLS, jsonOf } from '../gateway-under-test.js';
import type { Rule } from '../rule.js';
import { BAD_NUMBER, batch, HARMLESS, LONG_TEXT, mustAnswer, TEXT } from './asking.js';

const SINGLE = '/inter/sendSingleIMS';

/** How a request is read and how an answer is written, whatever it says. */
export const HTTP_RULES: readonly Rule[] = [
  {
    known: 'doc',
    section: '1.2',
    says: 'an HTTP/1.0 request is read and answered',
    async check(gateway) {
      const body = JSON.stringify({ appId: 'nobody' });
      const received = await gateway.writeRequest(
        [`POST ${SINGLE} HTTP/1.0`, `Content-Length: ${Buffer.byteLength(body)}`],
        body,
      );
      assert.match(received, /^HTTP\/1\.[01] 200 [^]*"ERROR_APPID"/);
    },
  },
  {
    known: 'doc',
    section: '1.2',
    says: 'a GET is never a SUCCESS',
    async check(gateway) {
      for (const call of CALLS) {
        const { status, text } = await gateway.post(`/inter/${call}`, '', {}, 'GET');
        assert(status >= 400 || !text.includes('SUCCESS'), `HTTP ${status}: ${text}`);
      }
    },
  },
  {
    known: 'assumed',
    says: 'a GET is answered 405',
    async check(gateway) {
      assert.equal((await gateway.post(SINGLE, '', {}, 'GET')).status, 405);
    },
  },
  {
    known: 'assumed',
    says: 'a path beside the four calls is answered 404',
    async check(gateway) {
      assert.equal((await gateway.post('/inter/sendIMS', JSON.stringify(gateway.signed({})))).status, 404);
    },
  },
  {
    known: 'doc',
    section: '2.1.2.1',
    says: 'an answer without SUCCESS brings no data',
    async check(gateway) {
      for (const call of CALLS) {
        const answer = jsonOf(await gateway.call(call, { ...gateway.signed(HARMLESS[call]), appId: 'nobody' }));
        assert.equal(typeof answer.code, 'string');
        assert.notEqual(answer.code, 'SUCCESS');
        assert([undefined, null, ''].includes(answer.data as undefined), `data: ${JSON.stringify(answer.data)}`);
      }
    },
  },
  {
    known: 'seen',
    says: 'an error is answered with HTTP 200, in text/plain',
    async check(gateway) {
      const answer = await gateway.call('sendSingleIMS', { ...gateway.signed({}), appId: 'nobody' });
      assert.equal(jsonOf(answer).code, 'ERROR_APPID');
      assert.equal(answer.status, 200);
      assert.match(answer.contentType, /^text\/plain\b/);
    },
  },
  {
    known: 'seen',
    says: 'Content-Type is not looked at',
    async check(gateway) {
      const body = gateway.signed(HARMLESS.sendSingleIMS);
      for (const type of ['application/json', 'text/plain', 'application/x-www-form-urlencoded', 'image/png']) {
        assert.equal(await gateway.code('sendSingleIMS', body, { 'Content-Type': type }), 'ERROR_MOBILE_ERROR');
      }
    },
  },
  {
    known: 'seen',
    says: 'a chunked body is ERROR_PARAMS, good as it may be',
    async check(gateway) {
      for (const call of CALLS) {
        const body = { ...gateway.signed(HARMLESS[call]), sign: 'wrong' };
        assert.equal(await gateway.code(call, body, { 'Transfer-Encoding': 'chunked' }), 'ERROR_PARAMS');
      }
    },
  },
  {
    known: 'seen',
    says: 'a request without Content-Length is ERROR_PARAMS',
    async check(gateway) {
      const received = await gateway.writeRequest([`POST ${SINGLE} HTTP/1.1`], '');
      assert.match(received, /"ERROR_PARAMS"/);
    },
  },
  {
    known: 'seen',
    says: 'exactly Content-Length bytes are read: a JSON cut there is ERROR_PARAMS, and nothing more is waited for',
    async check(gateway) {
      const body = JSON.stringify({ appId: 'nobody' });
      const cut = body.slice(0, -1);
      const received = await gateway.writeRequest([`POST ${SINGLE} HTTP/1.1`, `Content-Length: ${cut.length}`], cut);
      assert.match(received, /"ERROR_PARAMS"/);
    },
  },
  {
    known: 'seen',
    says: 'values are not percent-decoded: a text of 501 units is too long, escaped or not',
    async check(gateway) {
      const escaped = '%41'.repeat(167);
      assert.equal(escaped.length, LONG_TEXT.length);
      await mustAnswer(gateway, 'ERROR_LONG_CONTENT', 'sendBatchIMS', {
        content: escaped,
        imses: [{ mobile: BAD_NUMBER }],
      });
    },
  },
  {
    known: 'seen',
    says: 'values are not percent-decoded: a customImsId of 33 characters is too long, escaped or not',
    async check(gateway) {
      const entries = [{ mobile: BAD_NUMBER, customImsId: '%41'.repeat(11) }];
      await mustAnswer(gateway, 'ERROR_CUSTOM_IMSID', 'sendBatchIMS', batch('sendBatchIMS', entries));
    },
  },
  {
    known: 'seen',
    says: 'values are not percent-decoded: %20 is a bad number, not an empty one',
    async check(gateway) {
      await mustAnswer(gateway, 'ERROR_MOBILE_ERROR', 'sendSingleIMS', { mobile: '%20', content: TEXT });
    },
  },
  {
    known: 'doc',
    section: '2',
    says: 'bodies and answers are UTF-8, and a customImsId comes back as it was sent',
    needs: 'sending',
    async check(gateway) {
      const customImsId = `编号%41 ${gateway.freshId()}`;
      const data = await gateway.data('sendSingleIMS', { mobile: gateway.mobile(), content: '你好 👋', customImsId });
      assert.equal((data as { customImsId?: unknown } | null)?.customImsId, customImsId);
    },
  },
];
