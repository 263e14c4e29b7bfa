export { parseAnswerJson } from './answer-json.js';
export { readToken } from './answer-fields.js';
export {
  ANSWER_CODES,
  classifyAnswerCode,
  isHolding,
  isRefusal,
  isRefusedPoll,
  type AnswerCodeEntry,
  type AnswerCodeKind,
  type AnswerCodeMeaning,
  type AnswerCodeMeanings,
} from './answer-codes.js';
export { beginningSql, countryOf } from './country-of.js';
export { contentProblem, customImsIdProblem } from './content.js';
export {
  decodeReportAnswer,
  decodeSendAnswer,
  namesAccepted,
  type ErrorAnswer,
  type ReportAnswer,
  type SendAnswer,
  type SendEntry,
  type UnreadableAnswer,
} from './decode.js';
export {
  authenticate,
  batchFields,
  encodeSigned,
  encodeTimed,
  nobodyFields,
  personalityFields,
  reportFields,
  signAgain,
  singleFields,
  timeAgain,
  type Authentication,
  type RequestFields,
} from './encode.js';
export { formatTimestamp, parseGatewayTime, parseTimeZoneOffset } from './gateway-time.js';
export {
  fromWireMobile,
  isWrittenOtherwise,
  maskMobile,
  mayBeSameMobile,
  normalizeMobile,
  readStoredMobile,
  SUBSCRIBER_DIGITS,
  toWireMobile,
} from './mobile-number.js';
export { DEFAULT_PROTOCOL_OPTIONS, type ProtocolOptions } from './protocol-options.js';
export { printableCode } from './printable-code.js';
export {
  malformedReport,
  reportItemReader,
  type DeliveryReport,
  type MalformedReport,
  type ReportItemReader,
} from './report-item.js';
export {
  classifyReportState,
  listedState,
  REPORT_STATES,
  type ReportStateEntry,
  type ReportStateKind,
} from './report-states.js';
export {
  BLOCK_BYTES,
  isCipherKey,
  isPacked,
  seal,
  SEALED,
  unseal,
  unsealPacked,
  unsealWhatIsWholePacked,
  withoutOuterPacking,
} from './sealed-body.js';
export { sign, type Credentials } from './signature.js';
export {
  MAX_CUSTOM_IMS_ID_LENGTH,
  MAX_MESSAGES_PER_REQUEST,
  MAX_REPORTS_PER_REQUEST,
  type GatewayCall,
  type OutgoingMessage,
} from './wire.js';
