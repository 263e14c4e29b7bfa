import { describe, expect, it } from '@jest/globals';

import { decodeReportAnswer, decodeSendAnswer } from './decode.js';
import { authenticate, batchFields, encodeSigned, personalityFields, reportFields, singleFields } from './encode.js';
import { DEFAULT_PROTOCOL_OPTIONS as options } from './protocol-options.js';

// Every example of the vendor document, copied with its typesetting blanks.
const SINGLE_REQUEST = `{
    "appId": "EUCP-EMY-SMS0-4SYGK",
    "timestamp": "20180330161138",
    "sign": "PIEUDJI987EUID62PKEDSESQEDSEDFSE",
    "mobile": "0061422118000",
    "content": "This is a text message to Australia",
    "customImsId": "2018010709302911"
}`;
const SINGLE_ANSWER = `{
  "code" : "SUCCESS",
  "data" :
    {
      "mobile": "0061422118000",
      "imsId": "20180392833833892100",
      "customImsId": "2018010709302911"
    }
}`;
const BATCH_REQUEST = `{
  "appId": "EUCP-EMY-SMS0-4SYGK",
"timestamp":" 20180330161138",

"sign":" PIEUDJI987EUID62PKEDSESQEDSEDFSE",

"content":" This is a text message to Australia",

"imses":[

    {

        "mobile":" 0061422118000",

        "customImsId":" 2018010709302911"

    }, {

        "mobile":" 0061422118001",

        "customImsId":" 2018010709302912"

    }

]

}`;
const PERSONALITY_REQUEST = `{
  "appId": "EUCP-EMY-SMS0-4SYGK",
  "timestamp": "20180330161138",
"sign": "PIEUDJI987EUID62PKEDSESQEDSEDFSE",

"imses": [

    {

        "mobile": "0061422118000",

        "customImsId": "2018010709302911",

        "content": "This is a text message to Australia"

    }, {

        "mobile": "0061422118001",

        "customImsId": "2018010709302912",

        "content": "This is a personality message to Australia"

    }

]

}`;
/** §2.2.2.2 and §2.3.2.2 are the same text. */
const BATCH_ANSWER = `{
  "code" : "SUCCESS",
  "data" : [
    {
      "mobile": "0061422118000",
      "imsId": "2018010709302911",
      "customImsId": "2018010709302911"
    }, {
      "mobile": "0061422118001",
      "imsId": "2018010709302912",
      "customImsId": "2018010709302912"
    }
  ]
}`;
const REPORT_REQUEST = `{
    "appId": "EUCP-EMY-SMS0-4SYGK",
    "timestamp": "20180330161138",
    "sign": "PIEUDJI987EUID62PKEDSESQEDSEDFSE",
    "number": 500
}`;
const REPORT_ANSWER = `{
  "code" : "SUCCESS",
  "data" : [
    {
      "mobile": "0061422118000",
        "imsId": "20180392833833891100",
        "customImsId": "1553885000011111",
        "state": "DELIVRD",
        "desc": "成功",
        "receiveTime": "2018-03-15 12:00:00",
        "submitTime": "2018-03-15 12:00:00"
    }, {
        "mobile": "0061422118001",
        "imsId": "20180392833833891101",
        "customImsId": "1553885000011112",
        "state": "DELIVRD",
        "desc": "成功",
        "receiveTime": "2018-03-15 12:00:00",
        "submitTime": "2018-03-15 12:00:00"
    }
]
}`;

// The document's sign is not hexadecimal; this one is what `md5sum` makes of appId + "secret" + timestamp.
const SIGN = '1fb10f6bf6adee36aff2903a0e818ab4';
const auth = authenticate(
  { appId: 'EUCP-EMY-SMS0-4SYGK', secretKey: 'secret' },
  new Date('2018-03-30T08:11:38Z'),
  options,
);
const first = {
  mobile: '+61422118000',
  content: 'This is a text message to Australia',
  customImsId: '2018010709302911',
};
const second = {
  mobile: '+61422118001',
  content: 'This is a personality message to Australia',
  customImsId: '2018010709302912',
};

/** The example without its blanks and with our sign, field order kept. */
function asSent(example: string): string {
  const withoutBlanks: unknown = JSON.parse(example, (key, value: unknown) => {
    if (key === 'sign') return SIGN;
    return typeof value === 'string' ? value.trim() : value;
  });
  return JSON.stringify(withoutBlanks);
}

describe('requests of the vendor document', () => {
  it.each([
    ['§2.1.1.3 sendSingleIMS', SINGLE_REQUEST, singleFields(first, options)],
    ['§2.2.1.3 sendBatchIMS', BATCH_REQUEST, batchFields(first.content, [first, second], options)],
    ['§2.3.1.3 sendPersonalityIMS', PERSONALITY_REQUEST, personalityFields([first, second], options)],
    ['§2.4.1.3 getIMSReport', REPORT_REQUEST, reportFields(500)],
  ])('%s is encoded field by field in its order', (_section, example, fields) => {
    expect(encodeSigned(auth, fields).toString('utf8')).toBe(asSent(example));
  });
});

describe('answers of the vendor document', () => {
  it('§2.1.2.2 sendSingleIMS: data is one object', () => {
    expect(decodeSendAnswer(SINGLE_ANSWER)).toEqual({
      kind: 'success',
      entries: [{ mobile: '+61422118000', imsId: '20180392833833892100', customImsId: '2018010709302911' }],
    });
  });

  it.each(['§2.2.2.2 sendBatchIMS', '§2.3.2.2 sendPersonalityIMS'])('%s: data is a list', () => {
    expect(decodeSendAnswer(BATCH_ANSWER)).toEqual({
      kind: 'success',
      entries: [
        { mobile: '+61422118000', imsId: '2018010709302911', customImsId: '2018010709302911' },
        { mobile: '+61422118001', imsId: '2018010709302912', customImsId: '2018010709302912' },
      ],
    });
  });

  it('§2.4.2.2 getIMSReport: times are on the gateway’s clock', () => {
    const noonInShanghai = new Date('2018-03-15T04:00:00Z');
    const common = {
      state: 'DELIVRD',
      description: '成功',
      receiveTime: noonInShanghai,
      submitTime: noonInShanghai,
      receiveTimeText: '2018-03-15 12:00:00',
      submitTimeText: '2018-03-15 12:00:00',
    };
    expect(decodeReportAnswer(REPORT_ANSWER, options)).toEqual({
      kind: 'success',
      reports: [
        {
          position: 0,
          mobile: '+61422118000',
          imsId: '20180392833833891100',
          customImsId: '1553885000011111',
          ...common,
        },
        {
          position: 1,
          mobile: '+61422118001',
          imsId: '20180392833833891101',
          customImsId: '1553885000011112',
          ...common,
        },
      ],
      malformed: [],
    });
  });
});
