/**
 * Under `exactOptionalPropertyTypes`, each optional field of what is given to the packages takes `undefined`; not those of the matchers, for
 * which a value that a test has lost must not match everything.
 *
 * `npm run typecheck` compiles this file with the types of the build (test/packages), the host with those of the tarballs.
 */
import type { EmayImsSimulatorModuleOptions } from 'emay-ims-simulator/nestjs';
import type {
  AccountSettings,
  CountryProfile,
  Fault,
  FaultConditions,
  FaultOrder,
  PassStep,
  PlannedReport,
  PushSettings,
  Scenario,
  SimulatorAccount,
  SimulatorOptions,
  StrangerMessage,
} from 'emay-ims-simulator';
import type {
  EmayImsAccountOptions,
  EmayImsDatabaseOptions,
  EmayImsModuleAsyncOptions,
  EmayImsModuleOptions,
  EmayImsService,
  EnqueueOptions,
  EnqueueStreamOptions,
  FindImsDto,
  ImsRecipientDto,
  OnImsEventOptions,
  ResolveUnconfirmedDto,
  SendImsBatchDto,
  SendImsDto,
  SendPersonalizedImsDto,
} from 'nestjs-emay-ims';
import type {
  ConsoleOperator,
  ConsolePanel,
  EmayImsConsoleAsyncOptions,
  EmayImsConsoleOptions,
} from 'nestjs-emay-ims-console';
import type { EmayImsExceptionFilterOptions, ImsMessageViewOptions } from 'nestjs-emay-ims/http';
import type { AccountOperations } from 'nestjs-emay-ims/operations';
import type { EmayImsMetricsOptions } from 'nestjs-emay-ims/prometheus';
import type { EmayImsPushAsyncOptions, EmayImsPushOptions } from 'nestjs-emay-ims/push';
import type { EmayImsHealthOptions } from 'nestjs-emay-ims/terminus';
import type {
  AwaitedWithin,
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
type Queries = Pick<
  AccountOperations,
  'search' | 'doubts' | 'doubtful' | 'reports' | 'events' | 'audit' | 'preview' | 'acknowledge'
>;
type Given =
  | EmayImsModuleOptions
  | EmayImsModuleAsyncOptions
  | EmayImsDatabaseOptions
  | EmayImsAccountOptions
  | OnImsEventOptions
  | Sections[keyof Sections]
  | SendImsDto
  | SendImsBatchDto
  | SendPersonalizedImsDto
  | ResolveUnconfirmedDto
  | ImsRecipientDto
  | FindImsDto
  | Parameter<EmayImsService['sendBatch']>
  | Parameter<EmayImsService['sendPersonalized']>
  | Parameter<EmayImsService['pullReports']>
  | Parameter<EmayImsService['find']>
  | EnqueueOptions
  | EnqueueStreamOptions
  | EmayImsExceptionFilterOptions
  | ImsMessageViewOptions
  | Parameter<Queries[keyof Queries]>
  | EmayImsPushOptions
  | EmayImsPushAsyncOptions
  | EmayImsMetricsOptions
  | EmayImsHealthOptions
  | EmayImsTestbedModuleOptions
  | EmayImsTestingModuleOptions
  | InMemoryEmayImsOptions
  | Parameter<InMemoryEmayImsService['nextRefused']>
  | AwaitedWithin
  | EmayImsConsoleOptions
  | EmayImsConsoleAsyncOptions
  | ConsolePanel
  | ConsoleOperator
  | SimulatorOptions
  | SimulatorAccount
  | Scenario
  | Fault
  | FaultConditions
  | FaultOrder
  | PassStep
  | AccountSettings
  | PushSettings
  | CountryProfile
  | EmayImsSimulatorModuleOptions
  | StrangerMessage
  | PlannedReport;

/** Does not compile where there is one, and the message names it. */
export const noneRefuses: [Refusing<Given>] extends [never] ? true : Extract<Refusing<Given>, string> = true;
