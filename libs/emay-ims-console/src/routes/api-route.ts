import type { Grant } from '../access/access.js';
import type { ConsoleAction, ConsoleReads, ConsoleWrites } from '../api.js';
import type { ExportLinks } from '../exports/export-links.js';
import type { Exchange } from '../http/exchange.js';
import type { Read, Shape } from '../input/readers.js';
import type { LiveHub, LiveTimings } from '../live/live-hub.js';
import type { Mask } from '../masking/mask.js';
import type { AccountOperations } from '../operations.js';
import type { ResolvedConsoleSettings } from '../options/resolve-options.js';

/** What all requests of a console share. */
export interface ConsoleParts {
  readonly settings: ResolvedConsoleSettings;
  readonly build: string;
  readonly version: string;
  readonly hub: LiveHub;
  readonly links: ExportLinks;
  readonly timings: LiveTimings;
  /** Aborts when the application shuts down. */
  readonly closing: AbortSignal;
}

/** A request that has been let in. */
export interface ApiCall<Input> {
  readonly input: Input;
  readonly params: Exchange['params'];
  readonly account: string;
  /** Of all that the caller may see. */
  readonly accounts: readonly string[];
  readonly operations: AccountOperations;
  readonly grant: Grant;
  readonly mask: Mask;
  /** Whose budget it is. */
  readonly caller: string;
  readonly exchange: Exchange;
  readonly console: ConsoleParts;
  /** Whether the caller still has what the call began with; rejects where not. */
  readonly checkAccess: () => Promise<void>;
}

/** The answer has been written, or goes on being. */
export const ANSWERED = Symbol('answered');

export interface ApiRoute {
  readonly method: 'GET' | 'POST';
  /** Below `api/v1/`. */
  readonly path: string;
  /** What it takes; `null`: reading is enough. */
  readonly right: ConsoleAction | null | ((call: ApiCall<never>) => ConsoleAction | Promise<ConsoleAction>);
  /**
   * Its link lets in who cannot say who they are, as whom it was made for. It goes on after the host's interceptors have seen the request end:
   * one of them may know a time limit.
   */
  readonly isDownload: boolean;
  /** Counts against the budget of costly reads until it is answered. */
  readonly isCostly: boolean;
  /** Of the query for GET, of the body for POST. */
  readonly input: Shape;
  /** Those of the query that may be repeated. */
  readonly lists: readonly string[];
  readonly handle: (call: ApiCall<never>) => unknown;
}

/** What a route needs: its right, by what is asked for where it depends on that. */
type RightOf<Of extends object> = ConsoleAction | ((call: ApiCall<Read<Of>>) => ConsoleAction | Promise<ConsoleAction>);

export interface RouteDefinition<Of extends object, Answer = unknown> {
  /** Default: none, reading is enough. A POST has one: there is none that everybody may. */
  right?: RightOf<Of>;
  /** Default `false`. */
  isCostly?: boolean;
  /** Default `false`. */
  isDownload?: boolean;
  lists?: readonly string[];
  handle: (call: ApiCall<Read<Of>>) => Answer | Promise<Answer>;
}

export function get<Of extends object>(path: string, input: Of, definition: RouteDefinition<Of>): ApiRoute {
  return route('GET', path, input, definition);
}

/** `get`, with what the handler answers held against the types that the page reads. */
export function read<Path extends keyof ConsoleReads, Of extends object>(
  path: Path,
  input: Of,
  definition: RouteDefinition<Of, ConsoleReads[Path]>,
): ApiRoute {
  return route('GET', path, input, definition);
}

/** A POST, held against the types as well. */
export function write<Path extends keyof ConsoleWrites, Of extends object>(
  path: Path,
  input: Of,
  definition: RouteDefinition<Of, ConsoleWrites[Path]['answer']> & { right: RightOf<Of> },
): ApiRoute {
  return route('POST', path, input, definition);
}

function route<Of extends object>(
  method: ApiRoute['method'],
  path: string,
  input: Of,
  { right, isCostly = false, isDownload = false, lists = [], handle }: RouteDefinition<Of>,
): ApiRoute {
  return {
    method,
    path,
    right: (right ?? null) as ApiRoute['right'],
    isCostly,
    isDownload,
    input: input as Shape,
    lists,
    handle,
  };
}
