import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { constants, gunzipSync } from 'node:zlib';
import type { FaultsRun } from './faults-run.js';

export type MessageState =
  | 'QUEUED'
  | 'SUBMITTING'
  | 'UNCONFIRMED'
  | 'ACCEPTED'
  | 'UNKNOWN'
  | 'REJECTED'
  | 'UNDELIVERABLE'
  | 'DELIVERED'
  | 'EXPIRED'
  | 'CANCELLED';

interface MessageRow {
  custom_ims_id: string;
  ims_id: string | null;
  mobile: string;
  content: string;
  state: MessageState;
  code: string | null;
  attempt: string | null;
  submitted_at: number | string | null;
  due_at: number | string | null;
  expires_at: number | string | null;
  outcome: string | null;
}

export interface StoredMessage {
  id: string;
  imsId: string | null;
  mobile: string;
  content: string;
  state: MessageState;
  code: string | null;
  attempt: string | null;
  submittedAt: number;
  expiresAt: number | null;
  /** It waits for its caller alone. */
  isHeld: boolean;
  outcome: string | null;
}

/** What leads the module to the messages that wait. */
export interface Lists {
  /** Ids in `emay_ims_due`. */
  due: ReadonlySet<string>;
  /** Attempt and id, as `underWay` writes them, in `emay_ims_attempt`. */
  underWay: ReadonlySet<string>;
}

/** How `Lists` writes a message under its attempt. */
export function underWay(attempt: string | null, id: string): string {
  return `${attempt} ${id}`;
}

interface ListRow {
  attempt: string;
  ids: string;
}

interface PageRow {
  id: string;
  state: string;
  body: string | null;
  raw: Uint8Array | ArrayBuffer | null;
  requested_at: number | string;
  is_kept: number | string;
}

export interface PageReport {
  imsId?: string;
  customImsId?: string;
  state?: string;
}

export interface StoredPage {
  id: string;
  state: string;
  body: string;
  requestedAt: number;
  isKept: boolean;
  /** `null` for what is not a page of reports. */
  reports: PageReport[] | null;
}

interface SetAsideReport {
  batch_id: string;
  position: number | null;
  ims_id: string | null;
  custom_ims_id: string | null;
}

export interface Evidence {
  messages: Map<string, StoredMessage>;
  lists: Lists;
  pages: StoredPage[];
  setAside: SetAsideReport[];
  spooled: string[];
  orders: Set<string>;
  outputs: { path: string; text: string }[];
}

const MESSAGES = `SELECT custom_ims_id, ims_id, mobile, content, state, code, attempt, submitted_at, due_at,
  expires_at, outcome FROM emay_ims_message`;
const DUE = "SELECT '' AS attempt, ids FROM emay_ims_due";
const ATTEMPTS = 'SELECT attempt, ids FROM emay_ims_attempt';
const PAGES = `SELECT id, state, body, raw, reports, requested_at, CASE WHEN stored_at IS NULL THEN 0 ELSE 1 END AS is_kept
  FROM emay_ims_report_batch ORDER BY id`;
/** Orphans and quarantined reports. */
const SET_ASIDE = 'SELECT batch_id, position, ims_id, custom_ims_id FROM emay_ims_report';

/** What the database says when all is over, to be held against what the gateway's log and the workers' journals say. */
export async function collectEvidence({ database, fleet }: FaultsRun): Promise<Evidence> {
  // The module's default, in the workers' own folder.
  const spool = join(fleet.settings.folder, 'emay-ims-spool');
  return database.use(async (run) => {
    const rows = await run<MessageRow>(MESSAGES);
    const due = await run<ListRow>(DUE);
    const attempts = await run<ListRow>(ATTEMPTS);
    const pages = await run<PageRow>(PAGES);
    const setAside = await run<SetAsideReport>(SET_ASIDE);
    const orders = database.onServer ? await run<{ id: string }>('SELECT id FROM faults_order') : [];
    return {
      messages: new Map(
        rows.map((row) => [
          row.custom_ims_id,
          {
            id: row.custom_ims_id,
            imsId: row.ims_id,
            mobile: row.mobile,
            content: row.content,
            state: row.state,
            code: row.code,
            attempt: row.attempt,
            submittedAt: Number(row.submitted_at),
            expiresAt: row.expires_at === null ? null : Number(row.expires_at),
            isHeld: row.state === 'QUEUED' && row.due_at === null,
            outcome: row.outcome,
          },
        ]),
      ),
      lists: {
        due: new Set(due.flatMap(idsIn)),
        underWay: new Set(attempts.flatMap((row) => idsIn(row).map((id) => underWay(row.attempt, id)))),
      },
      pages: pages.map((row) => {
        const body = textOf(row);
        return {
          id: row.id,
          state: row.state,
          body,
          requestedAt: Number(row.requested_at),
          isKept: Number(row.is_kept) === 1,
          reports: readPage(body),
        };
      }),
      setAside,
      spooled: existsSync(spool) ? readdirSync(spool) : [],
      orders: new Set(orders.map(({ id }) => id)),
      outputs: fleet.lives.map(({ output }) => ({ path: output, text: readFileSync(output, 'utf8') })),
    };
  });
}

function idsIn({ ids }: ListRow): string[] {
  return JSON.parse(ids) as string[];
}

/** A page as text; one that came encrypted is kept packed, and perhaps cut. */
function textOf({ body, raw }: PageRow): string {
  if (raw === null) return body ?? '';
  const bytes = Buffer.from(raw as Uint8Array);
  const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return (isPacked ? gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }) : bytes).toString('utf8');
}

/** In an envelope, or by itself. */
function readPage(body: string): PageReport[] | null {
  try {
    const page = JSON.parse(body) as { data?: unknown };
    const data = Array.isArray(page) ? page : page.data;
    return Array.isArray(data) ? (data as PageReport[]) : null;
  } catch {
    return null;
  }
}
