/** Answer codes of the vendor document, §3, with its Chinese descriptions. */
export const ANSWER_CODES = {
  SUCCESS: '提交成功',
  ERROR_APPID: 'AppId 错误',
  ERROR_PARAMS: '请求参数错误',
  ERROR_CLIENT_IP: '不识别的 Ip',
  ERROR_MOBILE_EMPTY: '手机号为空',
  ERROR_MOBILE_NUMBER: '号码数量过多',
  ERROR_MOBILE_ERROR: '手机号码错误',
  ERROR_CONTENT_EMPTY: '短信内容为空',
  ERROR_CUSTOM_IMSID: '自定义消息 ID 过长',
  ERROR_LONG_CONTENT: '短信内容过长',
  ERROR_TIMESTAMP: '时间戳错误',
  ERROR_SIGN: '签名错误',
} as const;

/** Answer codes of sister products, which the document does not list. A fault or a scenario can give any of them. */
export const CODES_SEEN_ELSEWHERE = [
  'ERROR_OVER_SPEED',
  'ERROR_BALANCE',
  'ERROR_REQUEST_NO_VALID',
  'ERROR_REQUESTTIME',
  'ERROR_REQUESTVALIDPERIOD',
  'ERROR_REQUESTTIME_TIMEOUT',
  'ERROR_ENCRYPTION',
  'ERROR_APPID_NO_SUPPORT_CHANNEL',
  'ERROR_SMS_TIME',
  'ERROR_EXTENDED_CODE',
  'ERROR_NO_VOICE_SERVICE',
  'ERROR_NO_RETRIEVE_SERVICE',
  'ERROR_REPORT_TIME',
  'ERROR_TOO_MUCH_SMSIDS',
] as const;

/** One of the 12 codes of the vendor document (§3). */
export type DocumentedAnswerCode = keyof typeof ANSWER_CODES;

/** What the gateway itself answers: the documented codes, and some seen in the sister product. */
export type AnswerCode =
  | DocumentedAnswerCode
  | 'ERROR_OVER_SPEED'
  | 'ERROR_BALANCE'
  | 'ERROR_ENCRYPTION'
  | 'ERROR_REQUESTTIME'
  | 'ERROR_REQUESTVALIDPERIOD'
  | 'ERROR_REQUESTTIME_TIMEOUT';

/** Why a call was not taken; `undefined` stands for no objection. */
export type Refusal = Exclude<AnswerCode, 'SUCCESS'> | undefined;

/** `code` is any text because faults answer with codes that the document does not list. */
export interface Answer {
  readonly code: string;
  readonly data?: unknown;
}
