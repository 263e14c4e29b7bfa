import { codeTable } from './code-table.js';

/**
 * What a report's `state` means for the message:
 * - `delivered`: it reached the handset
 * - `rejected`: the gateway did not pass it to a carrier
 * - `undeliverable`: the carrier could not deliver it
 * - `unknown`: nobody knows, or the state is not in the table
 */
export type ReportStateKind = 'delivered' | 'rejected' | 'undeliverable' | 'unknown';

/** One report state, of the vendor document (§4) or met in its sister products. */
export interface ReportStateEntry {
  /** The vendor's spelling. */
  state: string;
  kind: ReportStateKind;
  english: string;
  /** The vendor's own words (§4); of a state that is not in the document, what it says. */
  chinese: string;
  /** What to do about it. */
  advice: string;
}

const ENTRIES: readonly ReportStateEntry[] = [
  {
    state: 'DELIVRD',
    kind: 'delivered',
    english: 'delivered',
    chinese: '成功',
    advice: 'Nothing.',
  },
  {
    state: 'TIMEOUT',
    kind: 'unknown',
    english: 'no report from the carrier in time',
    chinese: '运营商状态报告超时',
    advice:
      'It may or may not have arrived and no further report follows: send again only if twice is better than never.',
  },
  {
    state: 'FAIL_BALANCE',
    kind: 'rejected',
    english: 'balance too low',
    chinese: '余额不足',
    advice: 'Top up the account, then send it again as a new message.',
  },
  {
    state: 'FAIL_MOBILE',
    kind: 'rejected',
    english: 'wrong mobile',
    chinese: '手机号错误',
    advice: 'Correct the mobile and send it as a new message.',
  },
  {
    state: 'FAIL_MOBILE_SUPPORT',
    kind: 'rejected',
    english: 'mobile not supported',
    chinese: '手机号不支持',
    advice: 'Ask Emay to open the country or carrier for the account.',
  },
  {
    state: 'FAIL_MOBILE_REPEAT',
    kind: 'rejected',
    english: 'mobile repeated in one request',
    chinese: '手机号重复',
    advice: 'The first of them was taken; send this one again in a request of its own if it is meant twice.',
  },
  {
    state: 'FAIL_BLACK_DICT',
    kind: 'rejected',
    english: 'content holds a blocked word',
    chinese: '黑字典失败',
    advice: 'Reword the content; ask Emay which words are blocked.',
  },
  {
    state: 'FAIL_RESPONSE',
    kind: 'undeliverable',
    english: 'the carrier answered with a failure',
    chinese: '运营商响应失败',
    advice: 'Check that the number is in use; ask Emay with the imsId if many fail.',
  },
  {
    state: 'FAIL_UNKNOW',
    kind: 'undeliverable',
    english: 'failed for an unknown reason',
    chinese: '未知失败',
    advice: 'Ask Emay with the imsId.',
  },
  {
    state: 'FAIL_AUDITING_REFUSED',
    kind: 'rejected',
    english: 'refused in review (not in the document)',
    chinese: '审核未通过（文档未列出）',
    advice: 'Ask Emay why; reword the content, then send it as a new message.',
  },
  {
    state: 'FAIL_BLACK_LIST',
    kind: 'rejected',
    english: 'mobile is on a blocklist (not in the document)',
    chinese: '号码在黑名单中（文档未列出）',
    advice: 'Stop sending to this mobile, or ask Emay to take it off the list.',
  },
  {
    state: 'FAIL_UNSUBSCRIBE',
    kind: 'rejected',
    english: 'recipient has unsubscribed (not in the document)',
    chinese: '接收人已退订（文档未列出）',
    advice: 'Stop sending to this mobile.',
  },
  {
    state: 'FAIL_WHITE_LIST',
    kind: 'rejected',
    english: 'mobile is not on the allowlist (not in the document)',
    chinese: '号码不在白名单中（文档未列出）',
    advice: 'Ask Emay to allow the mobile, or to lift the allowlist of the account.',
  },
  {
    state: 'FAIL_INTERCEPT',
    kind: 'rejected',
    english: 'intercepted by the platform (not in the document)',
    chinese: '被平台拦截（文档未列出）',
    advice: 'Ask Emay with the imsId which rule it met.',
  },
  {
    state: 'FAIL_SIGN',
    kind: 'rejected',
    english: 'SMS signature missing or not approved (not in the document)',
    chinese: '短信签名缺失或未报备（文档未列出）',
    advice: 'Add the signature that Emay has approved to the content, or have it approved.',
  },
  {
    state: 'FAIL_SEND_FILTER',
    kind: 'rejected',
    english: 'sent to this mobile too often (not in the document)',
    chinese: '发送过于频繁（文档未列出）',
    advice: 'Send fewer messages to one mobile; ask Emay for the limit.',
  },
];

/** The 9 states of §4, and those met in sister products, by state. */
export const REPORT_STATES: Readonly<Record<string, ReportStateEntry>> = codeTable(ENTRIES, (entry) => entry.state);

/** `unknown` for any state that is not listed. In any case of letters, with or without blanks around it. */
export function classifyReportState(state: string): ReportStateKind {
  return REPORT_STATES[listedState(state)]?.kind ?? 'unknown';
}

/** The state as it is listed: in capital letters, without blanks around it. */
export function listedState(state: string): string {
  return state.trim().toUpperCase();
}
