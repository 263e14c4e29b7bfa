import { invalid, notFound } from '../http/console-error.js';
import { logFailure } from '../http/console-log.js';
import { searchOfBody, SEARCH_BODY, withoutUndefined } from '../input/message-search.js';
import { listOf, object, oneOf, optional, text } from '../input/readers.js';
import type { ActionProgress, ActionWanted, MessageAction } from '../operations.js';
import { write, type ApiCall, type ApiRoute } from './api-route.js';

const MAX_IDS = 10_000;
/** An action that takes longer goes on in the background, and its progress is told instead. */
const ANSWER_WITHIN_MS = 2_000;

const MESSAGE_ACTIONS = ['cancel', 'resend', 'give-up'] as const satisfies readonly MessageAction[];
const id = text(64);
const reason = text(500);
/** Of a report or a batch; of a batch in a file, the file's name. */
const keptId = text(255);

/** Whatever changes something. Each path is one of `ConsoleWrites`; who asks is named to the core, which writes the audit. */
export const ACTION_ROUTES: readonly ApiRoute[] = [
  write(
    'actions/preview',
    {
      action: oneOf(MESSAGE_ACTIONS),
      ids: optional(listOf(id, MAX_IDS)),
      search: optional(object(SEARCH_BODY)),
      incident: optional(text(512)),
    },
    {
      right: ({ input }) => input.action,
      isCostly: true,
      handle: async ({ operations, input, grant, mask }) => {
        const { action, ids, search, incident } = input;
        if ([ids, search, incident].filter((given) => given !== undefined).length !== 1) {
          throw invalid('ids', 'give exactly one of ids, search and incident');
        }
        const wanted: ActionWanted = { action, ...withoutUndefined({ ids, incident }) };
        if (search) wanted.search = searchOfBody(search, grant);
        return mask.preview(await operations.preview(wanted, byOf(grant)));
      },
    },
  ),

  write(
    'actions/:id/apply',
    { reason },
    {
      right: async (call) => (await previewed(call)).action,
      handle: async (call) => answerSoon(call, id(call.params.id, 'id')),
    },
  ),

  write('pull', {}, { right: 'pull', handle: async ({ operations, grant }) => operations.pull(byOf(grant)) }),

  write(
    'retry-report',
    { pullId: optional(keptId) },
    {
      right: 'retry-report',
      handle: async ({ operations, input, grant }) => ({
        retried: await operations.retryReports(input.pullId ?? null, byOf(grant)),
      }),
    },
  ),

  write(
    'acknowledge',
    { pullId: optional(keptId), reportId: optional(keptId), reason },
    {
      right: 'acknowledge',
      handle: async ({ operations, input, grant }) => {
        const { reason: why, ...what } = input;
        if ((what.pullId === undefined) === (what.reportId === undefined)) {
          throw invalid('pullId', 'give exactly one of pullId and reportId');
        }
        await operations.acknowledge(withoutUndefined(what), byOf(grant), why);
        return {};
      },
    },
  ),

  write(
    'retry-event',
    { handler: optional(text(255)) },
    {
      right: 'retry-event',
      handle: async ({ operations, input, grant }) => ({
        retried: await operations.retryEvents(input.handler ?? null, byOf(grant)),
      }),
    },
  ),

  write(
    'rebuild',
    {},
    {
      right: 'rebuild',
      handle: async ({ operations, grant }) => {
        await operations.rebuildFigures(byOf(grant));
        return {};
      },
    },
  ),

  write(
    'send-test',
    { mobile: text(40), content: text(2_000) },
    {
      right: 'send-test',
      isCostly: true,
      handle: async ({ operations, input, grant }) => {
        const { customImsId, state } = await operations.sendTest(input, byOf(grant));
        return { customImsId, state };
      },
    },
  ),

  write(
    'reveal',
    { customImsId: id, reason: optional(reason) },
    {
      right: 'reveal',
      isCostly: true,
      handle: async ({ operations, input, grant }) => {
        const { customImsId, reason: why = null } = input;
        const evidence = await operations.message(customImsId);
        if (evidence === null) throw notFound('message');
        // First: nothing is shown that nobody knows of.
        const entry = { actor: byOf(grant), action: 'reveal', filter: { customImsId }, items: 1, done: 1, skipped: 0 };
        await operations.record({ ...entry, reason: why });
        const { mobile, content } = evidence.message;
        return { mobile, content };
      },
    },
  ),

  write(
    'exports',
    { search: object(SEARCH_BODY) },
    {
      right: 'export',
      isCostly: true,
      handle: ({ input, grant, account, exchange, console }) => {
        const search = searchOfBody(input.search, grant);
        const { token, expiresAt } = console.links.add({ account, actor: byOf(grant), search, askedBy: exchange });
        return { url: `api/v1/exports/${token}?account=${encodeURIComponent(account)}`, expiresAt };
      },
    },
  ),
];

/** Where there is a right there is a name: `readAccess` sees to it. */
export function byOf({ actor }: { actor: string | null }): string {
  if (actor === null) throw new Error('An action has no actor');
  return actor;
}

async function previewed({ operations, params }: ApiCall<unknown>): Promise<ActionProgress> {
  const progress = await operations.progress(id(params.id, 'id'));
  if (progress === null) throw notFound('action');
  return progress;
}

async function answerSoon(call: ApiCall<{ reason: string }>, actionId: string): Promise<ActionProgress> {
  const { operations, grant, input, account, console } = call;
  const applied = operations.apply(actionId, byOf(grant), input.reason);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => (timer = setTimeout(() => resolve(null), ANSWER_WITHIN_MS)));
  const soon = await Promise.race([applied, late]).finally(() => clearTimeout(timer));
  if (soon === null) {
    void applied.then(
      (progress) => console.hub.tellOf(account, progress),
      (error: unknown) => logFailure(`Action ${actionId} stopped; apply it again to go on`, error),
    );
  }
  const progress = soon ?? (await previewed(call));
  console.hub.tellOf(account, progress);
  return progress;
}
