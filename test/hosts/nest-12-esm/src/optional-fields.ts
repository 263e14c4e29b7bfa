/**
 * Under `exactOptionalPropertyTypes`, each optional field of what is given to the packages takes `undefined`; not those of the matchers, for
 * which a value that a test has lost must not match everything.
 */
import type { EmayImsSimulatorModuleOptions } from 'emay-ims-simulator/nestjs';
import type {
  Fault,
  PlannedReport,
  Scenario,
  SimulatorAccount,
  SimulatorOptions,
  StrangerMessage,
} from 'emay-ims-simulator';
import type {
  EmayImsDatabaseOptions,
  EmayImsModuleAsyncOptions,
  EmayImsModuleOptions,
  EmayImsService,
  FindImsDto,
  ImsRecipientDto,
  SendImsBatchDto,
  SendImsDto,
} from 'nestjs-emay-ims';
import type { EmayImsMetricsOptions } from 'nestjs-emay-ims/prometheus';
import type { EmayImsHealthOptions } from 'nestjs-emay-ims/terminus';
import type {
  EmayImsTestbedModuleOptions,
  EmayImsTestingModuleOptions,
  InMemoryEmayImsOptions,
  InMemoryEmayImsService,
} from 'nestjs-emay-ims/testing';

type OptionalKeys<T> = { [K in keyof T]-?: object extends Pick<T, K> ? K : never }[keyof T];

/** The optional fields that refuse `undefined`, of each member of a union. */
type Refusing<T> = T extends object
  ? { [K in OptionalKeys<T>]: Record<K, undefined> extends Pick<T, K> ? never : K }[OptionalKeys<T>]
  : never;

type Sections = Pick<EmayImsModuleOptions, 'http' | 'dispatch' | 'reports' | 'retention' | 'protocol'>;
type Parameter<Method extends (...given: never[]) => unknown> = Parameters<Method>[number];
type Given =
  | EmayImsModuleOptions
  | EmayImsModuleAsyncOptions
  | EmayImsDatabaseOptions
  | Sections[keyof Sections]
  | SendImsDto
  | SendImsBatchDto
  | ImsRecipientDto
  | FindImsDto
  | Parameter<EmayImsService['sendBatch']>
  | Parameter<EmayImsService['sendPersonalized']>
  | Parameter<EmayImsService['pullReports']>
  | Parameter<EmayImsService['find']>
  | EmayImsMetricsOptions
  | EmayImsHealthOptions
  | EmayImsTestbedModuleOptions
  | EmayImsTestingModuleOptions
  | InMemoryEmayImsOptions
  | Parameter<InMemoryEmayImsService['nextRefused']>
  | SimulatorOptions
  | SimulatorAccount
  | Scenario
  | Fault
  | EmayImsSimulatorModuleOptions
  | StrangerMessage
  | PlannedReport;

/** Does not compile where there is one, and the message names it. */
export const noneRefuses: [Refusing<Given>] extends [never] ? true : Refusing<Given> = true;
