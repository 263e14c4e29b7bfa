/** Report states of the vendor document, §4, with the fixed `desc` of each. */
export const REPORT_STATES = {
  DELIVRD: '成功',
  TIMEOUT: '运营商状态报告超时',
  FAIL_BALANCE: '余额不足',
  FAIL_MOBILE: '手机号错误',
  FAIL_MOBILE_SUPPORT: '手机号不支持',
  FAIL_MOBILE_REPEAT: '手机号重复',
  FAIL_BLACK_DICT: '黑字典失败',
  FAIL_RESPONSE: '运营商响应失败',
  FAIL_UNKNOW: '未知失败',
} as const;

/** Report states of sister products, which the document does not list. A report that is pushed can have any of them. */
export const STATES_SEEN_ELSEWHERE = [
  'FAIL_AUDITING_REFUSED',
  'FAIL_BLACK_LIST',
  'FAIL_UNSUBSCRIBE',
  'FAIL_WHITE_LIST',
  'FAIL_INTERCEPT',
  'FAIL_SIGN',
  'FAIL_SEND_FILTER',
] as const;

/** One of the 9 states of the vendor document (§4). */
export type ReportState = keyof typeof REPORT_STATES;

const descriptions = new Map<string, string>(Object.entries(REPORT_STATES));

export function describeState(state: string): string | undefined {
  return descriptions.get(state);
}

/** One report as it goes over the wire (§2.4.2.1). */
export interface WireReport {
  readonly mobile: string;
  readonly imsId?: string;
  readonly customImsId?: string;
  readonly state: string;
  readonly desc?: string;
  readonly receiveTime: string;
  readonly submitTime: string | null;
}
