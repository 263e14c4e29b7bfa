/** What the server answers, as it arrives: every time is an ISO string. */
import type * as api from '../../src/api.js';
import type * as operations from '../../src/operations.js';
import type * as ims from 'nestjs-emay-ims';

type Json<T> = api.Json<T>;

export type { ConsoleAction, ConsolePanel, Me } from '../../src/api.js';
export type { ActionWanted, Range, ReportKind, StateCounts } from '../../src/operations.js';
export type ImsMessageState = ims.ImsMessageState;
export type ImsAccountPulse = Json<ims.ImsAccountPulse>;

/** Answers of GET, by route. */
export type Reads = Json<api.ConsoleReads>;
/** Answers of POST, by route. */
export type Answers = { [Route in keyof api.ConsoleWrites]: Json<api.ConsoleWrites[Route]['answer']> };
/** Events of the stream, by name. */
export type StreamEvents = Json<api.ConsoleStream>;

export type OperatorMessage = Json<operations.OperatorMessage>;
export type MessageSearch = Json<operations.MessageSearch>;
export type SearchPage<Item> = Json<Omit<operations.SearchPage<never>, 'items'>> & { items: Item[] };
export type Overview = Json<operations.Overview>;
export type Series = Overview['series'];
export type Latency = Json<operations.Latency>;
export type Advice = Json<operations.Advice>;
export type CountryFigures = Json<operations.CountryFigures>;
export type CountryDetail = Json<operations.CountryDetail>;
export type TimelineStep = Json<operations.TimelineStep>;
export type Verdict = Json<operations.Verdict>;
export type MessageEvidence = Json<operations.MessageEvidence>;
export type DoubtIncident = Json<operations.DoubtIncident>;
export type KeptReport = Json<operations.KeptReport>;
export type HandlerFigures = Json<operations.HandlerFigures>;
export type HandlerEvent = Json<operations.HandlerEvent>;
export type AccountDetails = Json<operations.AccountDetails>;
export type AuditEntry = Json<operations.AuditEntry>;
export type ActionPreview = Json<operations.ActionPreview>;
export type ActionProgress = Json<operations.ActionProgress>;
export type MessageAction = operations.ActionWanted['action'];
