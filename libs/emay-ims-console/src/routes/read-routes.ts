import type { Me } from '../api.js';
import { notFound } from '../http/console-error.js';
import { code, cursor, limit, searchOfQuery, SEARCH_QUERY, withoutUndefined } from '../input/message-search.js';
import { matching, oneOf, optional, orElse, text, time } from '../input/readers.js';
import type { Range, ReportKind } from '../operations.js';
import { read, type ApiCall, type ApiRoute } from './api-route.js';

const RANGES = ['1h', '24h', '7d', '30d'] as const satisfies readonly Range[];
const KINDS = [
  'orphaned',
  'quarantined',
  'unreadable',
  'lost',
  'set-aside',
  'spooled',
] as const satisfies readonly ReportKind[];

const range = orElse<Range>(oneOf(RANGES), '24h');
const after = optional(cursor);
const name = optional(text(255));
/** Of ours or of the host's making. */
const id = text(64);
const iso = matching(/^(?:[A-Z]{2}|-)$/, 'a country such as AU, or -');
/** In the place of a country: numbers whose prefix has none. */
const NO_COUNTRY = '-';

function meOf({ grant, account, accounts, console: { settings, build, version } }: ApiCall<unknown>): Me {
  const { actor, actions, numbers, texts } = grant;
  const { language, isSandbox, panels } = settings;
  return {
    ...{ actor, account, accounts: [...accounts], actions: [...actions], numbers, texts },
    ...{ language, build, version, isSandbox, panels: [...panels] },
  };
}

/** Whatever can be read. Each path is one of `ConsoleReads`. */
export const READ_ROUTES: readonly ApiRoute[] = [
  read('me', {}, { handle: meOf }),

  read('overview', { range }, { handle: async ({ operations, input }) => operations.overview(input.range) }),

  read('messages', SEARCH_QUERY, {
    isCostly: true,
    lists: ['state'],
    handle: async ({ operations, input, grant, mask }) =>
      mask.messages(await operations.search(searchOfQuery(input, grant))),
  }),

  read(
    'messages/:id',
    {},
    {
      handle: async ({ operations, params, mask }) => {
        const evidence = await operations.message(id(params.id, 'id'));
        if (evidence === null) throw notFound('message');
        return mask.evidence(evidence);
      },
    },
  ),

  read(
    'doubts',
    { code: optional(code), since: optional(time), after },
    {
      isCostly: true,
      handle: async ({ operations, input }) => operations.doubts(withoutUndefined(input)),
    },
  ),

  read(
    'doubts/messages',
    { incident: optional(text(512)), after, limit: optional(limit) },
    {
      isCostly: true,
      handle: async ({ operations, input, mask }) => mask.messages(await operations.doubtful(withoutUndefined(input))),
    },
  ),

  read(
    'reports',
    { kind: orElse<ReportKind>(oneOf(KINDS), 'orphaned'), after, limit: optional(limit) },
    {
      handle: async ({ operations, input, mask }) => {
        const page = await operations.reports(withoutUndefined(input));
        return { ...page, items: page.items.map((report) => mask.report(report)) };
      },
    },
  ),

  read(
    'countries',
    { range },
    {
      isCostly: true,
      handle: async ({ operations, input }) => operations.countries(input.range),
    },
  ),

  read(
    'countries/:iso',
    { range },
    {
      isCostly: true,
      handle: async ({ operations, input, params, mask }) => {
        const country = iso(params.iso, 'iso');
        return mask.country(await operations.country(country === NO_COUNTRY ? null : country, input.range));
      },
    },
  ),

  read(
    'events',
    { handler: name, state: optional(oneOf(['PENDING', 'FAILED'])), after },
    {
      handle: async ({ operations, input, mask }) => {
        const page = await operations.events(withoutUndefined(input));
        return { ...page, items: page.items.map((event) => mask.event(event)) };
      },
    },
  ),

  read('handlers', {}, { handle: async ({ operations }) => operations.handlers() }),

  read('account', {}, { handle: async ({ operations }) => operations.details() }),

  read(
    'audit',
    { id: optional(id), actor: optional(text(128)), action: optional(matching(/^[\w-]{1,32}$/, 'an action')), after },
    {
      handle: async ({ operations, input, mask }) => {
        const page = await operations.audit(withoutUndefined(input));
        return { ...page, items: page.items.map((entry) => mask.audit(entry)) };
      },
    },
  ),

  read(
    'actions/:id',
    {},
    {
      handle: async ({ operations, params }) => {
        const progress = await operations.progress(id(params.id, 'id'));
        if (progress === null) throw notFound('action');
        return progress;
      },
    },
  ),
];
