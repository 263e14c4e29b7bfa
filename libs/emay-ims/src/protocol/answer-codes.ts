import { codeTable } from './code-table.js';

/**
 * What an answer's `code` means for the messages of the request:
 * - `success`: queued at the gateway, not yet sent
 * - `configuration`: nothing accepted, and every further call fails too until somebody on call acts
 * - `message`: a message of the request is refused for good
 * - `request`: the request as a whole is refused, by our mistake or by an unknown rule
 * - `doubtful`: says no, but can also come after the messages were taken
 * - `balance`: nothing accepted, and every further message fares alike until the account is topped up
 * - `pace`: nothing accepted, later it may be
 * - `unlisted`: not in the table, so not known to be refused
 */
export type AnswerCodeKind =
  'success' | 'configuration' | 'message' | 'request' | 'doubtful' | 'balance' | 'pace' | 'unlisted';

/**
 * What Emay has told its customer about a code:
 * - `refused`: the message is refused for good, and nothing of its request was accepted
 * - `hold`: nothing was accepted, and every further call fails alike until somebody acts
 * - `pace`: nothing was accepted, later it may be
 * - `unconfirmed`: it proves nothing
 */
export type AnswerCodeMeaning = 'refused' | 'hold' | 'pace' | 'unconfirmed';

/** By code. */
export type AnswerCodeMeanings = Readonly<Record<string, AnswerCodeMeaning>>;

const KIND_OF_MEANING: Readonly<Record<AnswerCodeMeaning, AnswerCodeKind>> = {
  refused: 'message',
  hold: 'configuration',
  pace: 'pace',
  unconfirmed: 'doubtful',
};

/** One answer code, of the vendor document (§3) or met in its sister products. */
export interface AnswerCodeEntry {
  code: string;
  kind: Exclude<AnswerCodeKind, 'unlisted'>;
  english: string;
  /** The vendor's own words (§3); of a code that is not in the document, what it says. */
  chinese: string;
  /** What to do about it. */
  advice: string;
}

const ENTRIES: readonly AnswerCodeEntry[] = [
  {
    code: 'SUCCESS',
    kind: 'success',
    english: 'accepted',
    chinese: '提交成功',
    advice: 'Nothing: the gateway has queued it. Balance and number are checked later and told by a delivery report.',
  },
  {
    code: 'ERROR_APPID',
    kind: 'configuration',
    english: 'wrong appId',
    chinese: 'AppId 错误',
    advice: 'Check appId, and that baseUrl is the international gateway on which the account was opened.',
  },
  {
    code: 'ERROR_PARAMS',
    kind: 'doubtful',
    english: 'wrong request parameters',
    chinese: '请求参数错误',
    advice:
      'Check that no proxy rewrites, chunks, cuts or compresses the request body: the gateway needs its Content-Length. ' +
      "With transport 'secure' check secretKey first: a request that does not decrypt may be answered with this code. " +
      'Otherwise ask Emay, with the time of the request.',
  },
  {
    code: 'ERROR_CLIENT_IP',
    kind: 'configuration',
    english: 'caller address not recognised',
    chinese: '不识别的 Ip',
    advice: 'Have Emay allow this machine’s public address, and check that no proxy adds X-Forwarded-For.',
  },
  {
    code: 'ERROR_MOBILE_EMPTY',
    kind: 'message',
    english: 'mobile is empty',
    chinese: '手机号为空',
    advice: 'Give the message a mobile.',
  },
  {
    code: 'ERROR_MOBILE_NUMBER',
    kind: 'request',
    english: 'too many mobiles in one request',
    chinese: '号码数量过多',
    advice: 'Send at most 300 in one request; lower dispatch.maxBatchSize if the account allows fewer.',
  },
  {
    code: 'ERROR_MOBILE_ERROR',
    kind: 'message',
    english: 'wrong mobile',
    chinese: '手机号码错误',
    advice: 'Correct the mobile: an international number with its country code.',
  },
  {
    code: 'ERROR_CONTENT_EMPTY',
    kind: 'message',
    english: 'content is empty',
    chinese: '短信内容为空',
    advice: 'Give the message a content.',
  },
  {
    code: 'ERROR_CUSTOM_IMSID',
    kind: 'message',
    english: 'customImsId too long',
    chinese: '自定义消息 ID 过长',
    advice: 'Use a customImsId of at most 32 characters.',
  },
  {
    code: 'ERROR_LONG_CONTENT',
    kind: 'message',
    english: 'content too long',
    chinese: '短信内容过长',
    advice: 'Shorten the content; lower protocol.maxContentLength if the account allows less than 500.',
  },
  {
    code: 'ERROR_TIMESTAMP',
    kind: 'configuration',
    english: 'wrong timestamp',
    chinese: '时间戳错误',
    advice: 'Check this machine’s clock (NTP) and protocol.timeZoneOffset.',
  },
  {
    code: 'ERROR_SIGN',
    kind: 'configuration',
    english: 'wrong signature',
    chinese: '签名错误',
    advice: 'Check secretKey, and protocol.signCase if the account wants upper case.',
  },
  {
    code: 'ERROR_OVER_SPEED',
    kind: 'pace',
    english: 'too many calls in a short time (not in the document)',
    chinese: '请求速度过快（文档未列出）',
    advice: 'Call less often; look for another process that uses the same appId.',
  },
  {
    code: 'ERROR_BALANCE',
    kind: 'balance',
    english: 'balance too low (not in the document)',
    chinese: '余额不足（文档未列出）',
    advice: 'Top up the account; what waits is sent by itself then.',
  },
  {
    code: 'ERROR_APPID_NO_SUPPORT_CHANNEL',
    kind: 'configuration',
    english: 'no channel is open for the appId (not in the document)',
    chinese: 'AppId 未开通通道（文档未列出）',
    advice: 'Ask Emay to open international SMS for the account.',
  },
  {
    code: 'ERROR_ENCRYPTION',
    kind: 'configuration',
    english: 'wrong encryption (not in the document)',
    chinese: '加密错误（文档未列出）',
    advice: "Check secretKey, and transport: ask Emay whether the account uses the encrypted interface ('secure').",
  },
  {
    code: 'ERROR_REQUESTTIME',
    kind: 'configuration',
    english: 'wrong request time (not in the document)',
    chinese: '请求时间错误（文档未列出）',
    advice:
      "Check this machine’s clock (NTP), and transport: ask Emay whether the account uses the encrypted interface ('secure').",
  },
  {
    code: 'ERROR_REQUESTTIME_TIMEOUT',
    kind: 'configuration',
    english: 'request out of date (not in the document)',
    chinese: '请求已过期（文档未列出）',
    advice:
      'Check this machine’s clock (NTP), and what delays requests on their way; else raise protocol.requestValidPeriod.',
  },
  {
    code: 'ERROR_REQUESTVALIDPERIOD',
    kind: 'configuration',
    english: 'wrong period of validity (not in the document)',
    chinese: '请求有效期错误（文档未列出）',
    advice:
      "Ask Emay which periods it takes, for protocol.requestValidPeriod, and whether the account uses the encrypted interface (transport 'secure').",
  },
  {
    code: 'ERROR_REQUEST_NO_VALID',
    kind: 'doubtful',
    english: 'request not valid (not in the document)',
    chinese: '请求无效（文档未列出）',
    advice: 'Ask Emay what it means for the account, and write that into protocol.answerCodes.',
  },
];

/** The 12 codes of §3, and those met in sister products, by code. */
export const ANSWER_CODES: Readonly<Record<string, AnswerCodeEntry>> = codeTable(ENTRIES, (entry) => entry.code);

export function classifyAnswerCode(code: string, meanings: AnswerCodeMeanings = {}): AnswerCodeKind {
  const told = Object.hasOwn(meanings, code) ? meanings[code] : undefined;
  return told === undefined ? (ANSWER_CODES[code]?.kind ?? 'unlisted') : KIND_OF_MEANING[told];
}

/**
 * Whether the gateway has handed out nothing where it answers a call for reports with that code alone. Not so with a code that nobody
 * knows, or of which Emay only says that it proves nothing.
 */
export function isRefusedPoll(code: string, meanings: AnswerCodeMeanings): boolean {
  const kind = classifyAnswerCode(code, meanings);
  if (kind === 'doubtful') return Object.hasOwn(ANSWER_CODES, code);
  return kind !== 'success' && kind !== 'unlisted';
}

/** Nothing was accepted, through no fault of the messages: they can wait. */
export function isHolding(kind: AnswerCodeKind): boolean {
  return kind === 'configuration' || kind === 'balance' || kind === 'pace';
}

/** The gateway has said no to a message or request that it has looked at: its account was in order. */
export function isRefusal(kind: AnswerCodeKind): boolean {
  return kind === 'message' || kind === 'request';
}
