export { startSimulator, type Simulator } from './simulator.js';
export { DEFAULT_ACCOUNT, type SimulatorAccount, type SimulatorOptions } from './options.js';
export type { AcceptedMessage, Counters, HandedOutReport, PendingReport, ReceivedRequest } from './oracle/records.js';
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
} from './gateway/country-profile.js';
export type { AccountSettings, CurrentSettings } from './gateway/account-settings.js';
export type { EmptyBatch } from './gateway/send-checks.js';
export type { StrangerMessage } from './gateway/stranger-message.js';
export type { InjectedFault } from './faults/fault-plan.js';
export { MAGIC_NUMBERS, MAGIC_PREFIX, type MagicOutcome } from './gateway/magic-numbers.js';
export type { PlannedReport } from './gateway/planned-report.js';
export { ANSWER_CODES, type AnswerCode, CODES_SEEN_ELSEWHERE, type DocumentedAnswerCode } from './wire/answer-code.js';
export { REPORT_STATES, type ReportState, STATES_SEEN_ELSEWHERE, type WireReport } from './wire/report-state.js';
export { CALL_NAMES, type CallName, type SendCallName } from './wire/call-name.js';
