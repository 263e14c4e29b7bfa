export { startSimulator } from './start-simulator.js';
export type { Simulator } from './simulator.js';
export { DEFAULT_ACCOUNT, type EmptyBatch, type SimulatorAccount, type SimulatorOptions } from './options.js';
export type {
  AcceptedMessage,
  Counters,
  HandedOutReport,
  PendingReport,
  PushAttempt,
  PushEnd,
  ReceivedRequest,
  ReportPush,
} from './oracle/records.js';
export type { LogEvent } from './oracle/event-log.js';
export type { Fault, FaultConditions, FaultKind, FaultOrder } from './faults/fault.js';
export type { FaultDefinition, FaultField } from './faults/fault-definition.js';
export { FAULT_KINDS, FAULTS } from './faults/catalogue.js';
export type { PassStep, Scenario, ScenarioStep } from './faults/scenario.js';
export {
  type CountryProfile,
  type CountryProfiles,
  type DelayProfile,
  REALISTIC_COUNTRIES,
} from './circumstances/country-profile.js';
export type { AccountSettings, CurrentSettings } from './circumstances/account-settings.js';
export type { CurrentPush, PushSettings } from './circumstances/push-settings.js';
export type { StrangerMessage } from './circumstances/stranger-message.js';
export type { InjectedFault } from './faults/fault-plan.js';
export { MAGIC_NUMBERS, MAGIC_PREFIX, type MagicOutcome } from './gateway/magic-numbers.js';
export type { PlannedReport } from './circumstances/planned-report.js';
export { ANSWER_CODES, type AnswerCode, CODES_SEEN_ELSEWHERE, type DocumentedAnswerCode } from './wire/answer-code.js';
export { REPORT_STATES, type ReportState, STATES_SEEN_ELSEWHERE, type WireReport } from './wire/report-state.js';
export type { Transport } from './wire/transport.js';
export { CALL_NAMES, type CallName, type SendCallName } from './wire/call-name.js';
