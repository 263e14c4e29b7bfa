import type { Chance } from './chance.js';

/** The text of an answer, and where in it each of its reports ends. */
export interface GeneratedAnswer {
  text: string;
  /** Where the answer itself is over. */
  end: number;
  reports: { id: string; end: number }[];
  shape: string;
}

const SIZES = [0, 1, 1, 2, 5, 20, 20, 60, 500];
/** What descriptions may hold, brackets and quotes that look like the end of something among it. */
const DESCRIPTIONS = [
  '成功',
  '运营商响应失败',
  '',
  'ok',
  '"},{"',
  '\\',
  '"}]}',
  '😀',
  '手机号不支持，请联系客服。',
  '联通',
];
const TAME_DESCRIPTIONS = ['成功', '手机号码错误', 'ok'];
/** No reports, but JSON. */
const NO_REPORTS = [
  'null',
  '7',
  '[]',
  '{}',
  '{"state":"DELIVRD"}',
  '"a text"',
  '[{"state":"DELIVRD"}]',
  '{"a":{"b":[1,{}]}}',
];
/** A quote, a bracket or half of everything too much or too little. */
const DAMAGED = ['{"state":"a"b"}', '{"state":"DELIVRD"', '{"state":"DELIVRD","desc":"\\"}', '{"state":]}', '{oops}'];

interface Shape {
  label: string;
  head: string;
  between: string;
  tail: string;
  behind?: string;
  /** What stands among the reports now and then. */
  strangers: readonly string[];
  descriptions?: readonly string[];
}

const usual = { head: '{"code":"SUCCESS","data":[', between: ',', tail: ']}', strangers: [] };
const SHAPES: readonly Shape[] = [
  { label: 'a list', ...usual },
  { label: 'a list', ...usual },
  { label: 'a list with strangers', ...usual, strangers: NO_REPORTS },
  { label: 'a list with damage', ...usual, strangers: DAMAGED, descriptions: TAME_DESCRIPTIONS },
  {
    label: 'a printed list',
    head: '{\r\n  "code": "SUCCESS",\r\n  "data": [\r\n    ',
    between: ',\n    ',
    tail: '\n  ]\n}',
    behind: '\n',
    strangers: [],
  },
  { label: 'a list before its code', head: '{"data":[', between: ',', tail: '],"code":"SUCCESS"}', strangers: [] },
  {
    label: 'a list among more',
    head: '{"message":"{\\"data\\":[","n":[1,{"data":[2]}],"code":"SUCCESS","data":[',
    between: ' ,',
    tail: '],"x":{}}',
    strangers: [],
  },
  { label: 'a bare list', head: ' [', between: ',', tail: ']', strangers: [] },
  { label: 'a list without a code', head: '{"data":[', between: ',', tail: ']}', strangers: [] },
  { label: 'a list with something behind', ...usual, behind: '\n<!-- 500 -->{"code":"ERROR_SIGN"}' },
];

export function generateAnswer(chance: Chance, newId: () => string): GeneratedAnswer {
  const shape = chance(SHAPES);
  let text = shape.head;
  const reports: { id: string; end: number }[] = [];
  for (let left = chance(SIZES); left > 0; left--) {
    if (reports.length > 0) text += shape.between;
    if (shape.strangers.length > 0 && chance([true, false, false, false])) {
      text += chance(shape.strangers) + shape.between;
    }
    const id = newId();
    text += reportText(chance, id, shape.descriptions ?? DESCRIPTIONS);
    reports.push({ id, end: text.length });
  }
  const whole = text + shape.tail;
  return { text: whole + (shape.behind ?? ''), end: whole.length, reports, shape: shape.label };
}

function reportText(chance: Chance, customImsId: string, descriptions: readonly string[]): string {
  const text = JSON.stringify({
    ...chance([{}, {}, { mobile: null }, { imsId: null }]),
    customImsId,
    state: 'DELIVRD',
    desc: chance(descriptions),
    receiveTime: '2023-07-31 14:36:05',
    submitTime: chance([null, '2023-07-31 14:36:00']),
  });
  // Ids that come as bare numbers, with more digits than a number keeps.
  return chance([text, text, text.replace('{', '{"imsId":20180392833833892101,')]);
}
