import type { ImsMessage } from '../../messages/ims-message.entity.js';
import type { ActionPreview, ActionWanted } from '../api/bulk-action.js';
import type { MessageAction } from '../api/message-evidence.js';
import type { OpenAccount } from '../account-access.js';
import type { ProvedSent } from '../api/proved-sent.js';
import type { Doubts } from '../doubts/doubts.js';
import { countProvedSent, type DoubtsOfCode } from '../doubts/proved-sent.js';
import type { Figures } from '../figures/figures-source.js';
import { toOperatorMessage } from '../operator-messages.js';
import { violation } from '../page-token.js';
import type { MessageSearches } from '../search/message-searches.js';
import { readSearch } from '../search/read-search.js';
import { TimeBudget } from '../search/time-budget.js';
import type { ActionStore } from './action-store.js';

const MOST = { cancel: 10_000, resend: 1_000, 'give-up': 10_000 } as const satisfies Record<MessageAction, number>;
const STATE_OF = { cancel: 'QUEUED', resend: 'UNCONFIRMED', 'give-up': 'UNCONFIRMED' } as const;
const SAMPLE = 10;
/** Coarsest first. */
const SPANS = ['day', 'hour', 'minute'] as const;
const IDS_AT_A_TIME = 500;
/** A search for what to change may take longer than one for a page. */
const SEARCH_MS = 5_000;

interface Chosen {
  messages: ImsMessage[];
  skippedNow: number;
  isCut: boolean;
}

/** What previews are made with. */
export interface PreviewParts {
  open: OpenAccount;
  figures: Figures;
  searches: MessageSearches;
  doubts: Doubts;
  actions: ActionStore;
}

/** Stores what would be done. @throws EmayImsValidationError for an action that is none */
export async function previewAction(parts: PreviewParts, wanted: ActionWanted, by: string): Promise<ActionPreview> {
  const { action } = checked(wanted);
  const { messages, skippedNow, isCut } = await choose(parts, wanted);
  const provedSent = action === 'cancel' ? null : await provedSentOf(parts, messages);
  const items = messages.map(({ customImsId, attempt }) => ({ customImsId, attempt }));
  const stored = { action, actor: by, filter: filterOf(wanted), items, skippedNow, provedSent, isCut };
  const { id, ...expiry } = await parts.actions.insert(stored);
  const sample = messages.slice(0, SAMPLE).map(toOperatorMessage);
  return { id, action, count: items.length, sample, skippedNow, isCut, provedSent, ...expiry };
}

function checked(wanted: ActionWanted): ActionWanted {
  if (!Object.hasOwn(MOST, wanted?.action)) throw violation('action', 'must be cancel, resend or give-up');
  const given = [wanted.ids, wanted.search, wanted.incident].filter((one) => one !== undefined && one !== null);
  if (given.length !== 1) throw violation('action', 'needs exactly one of ids, search and incident');
  const { ids } = wanted;
  if (ids && !(Array.isArray(ids) && ids.length <= MOST.cancel && ids.every((id) => typeof id === 'string'))) {
    throw violation('ids', `must be a list of at most ${MOST.cancel} ids`);
  }
  return wanted;
}

/** For the audit: which ids were chosen one by one, the action itself holds. */
function filterOf({ ids, search, incident }: ActionWanted): Record<string, unknown> {
  if (ids) return { ids: ids.length };
  if (incident) return { incident };
  const { limit: _limit, after: _after, ...sought } = search ?? {};
  return { search: sought };
}

async function choose(parts: PreviewParts, wanted: ActionWanted): Promise<Chosen> {
  const most = MOST[wanted.action];
  const state = STATE_OF[wanted.action];
  if (wanted.ids) return chooseIds(parts, [...new Set(wanted.ids)], state, most);
  if (wanted.incident !== undefined) {
    if (state === 'QUEUED') throw violation('incident', 'holds messages that are UNCONFIRMED: nothing to cancel');
    const { found, reached } = await parts.doubts.seen(wanted.incident, most, new TimeBudget(SEARCH_MS));
    return { messages: found, skippedNow: 0, isCut: reached !== null };
  }
  const search = readSearch({ ...wanted.search });
  if (search.states && !search.states.includes(state)) return { messages: [], skippedNow: 0, isCut: false };
  const budget = new TimeBudget(SEARCH_MS);
  const { messages, reached } = await parts.searches.find({ ...search, states: [state] }, null, most, budget);
  return { messages, skippedNow: 0, isCut: reached !== null };
}

async function chooseIds({ open }: PreviewParts, ids: readonly string[], state: string, most: number): Promise<Chosen> {
  const messages: ImsMessage[] = [];
  for (let start = 0; start < ids.length; start += IDS_AT_A_TIME) {
    messages.push(...(await open.account.finder.findByIds(ids.slice(start, start + IDS_AT_A_TIME))));
  }
  const allowed = messages.filter((message) => message.state === state).toSorted(newestFirst);
  const skippedNow = ids.length - allowed.length;
  return { messages: allowed.slice(0, most), skippedNow, isCut: allowed.length > most };
}

function newestFirst(one: ImsMessage, other: ImsMessage): number {
  return other.createdAt.getTime() - one.createdAt.getTime() || (one.customImsId < other.customImsId ? 1 : -1);
}

/** Of the times and codes of these messages. */
async function provedSentOf({ figures }: PreviewParts, messages: readonly ImsMessage[]): Promise<ProvedSent | null> {
  const byCode = new Map<string | null, DoubtsOfCode>();
  for (const { code, createdAt } of messages) {
    const at = createdAt.getTime();
    const { createdFrom, createdTo } = byCode.get(code) ?? { createdFrom: at, createdTo: at };
    byCode.set(code, { code, createdFrom: Math.min(createdFrom, at), createdTo: Math.max(createdTo, at) });
  }
  const counts = await countProvedSent(figures, [...byCode.values()]);
  return counts.length === 0 ? null : counts.reduce((sum, one) => sum && one && added(sum, one));
}

function added(one: ProvedSent, other: ProvedSent): ProvedSent {
  const by = SPANS.find((span) => one.by === span || other.by === span) ?? one.by;
  return { messages: one.messages + other.messages, by, asOf: one.asOf };
}
