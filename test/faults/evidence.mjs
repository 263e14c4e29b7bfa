import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const MESSAGES = `SELECT custom_ims_id, ims_id, mobile, content, state, code, attempt, submitted_at, due_at,
  expires_at FROM emay_ims_message`;
const PAGES = `SELECT id, state, body, reports, requested_at, CASE WHEN stored_at IS NULL THEN 0 ELSE 1 END AS is_kept
  FROM emay_ims_report_batch ORDER BY id`;
/** Orphans and quarantined reports. */
const SET_ASIDE = 'SELECT batch_id, position, ims_id, custom_ims_id FROM emay_ims_report';

/** What the database says when all is over, to be held against what the gateway's log and the workers' journals say. */
export async function collectEvidence({ database, fleet }) {
  // The module's default, in the workers' own folder.
  const spool = join(fleet.settings.folder, 'emay-ims-spool');
  return database.use(async (run) => {
    const rows = await run(MESSAGES);
    const pages = await run(PAGES);
    const setAside = await run(SET_ASIDE);
    const orders = database.onServer ? await run('SELECT id FROM faults_order') : [];
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
            /** It waits for its caller alone. */
            isHeld: row.state === 'QUEUED' && row.due_at === null,
          },
        ]),
      ),
      pages: pages.map((row) => ({
        ...row,
        requestedAt: Number(row.requested_at),
        isKept: Number(row.is_kept) === 1,
        reports: readPage(row.body),
      })),
      setAside,
      spooled: existsSync(spool) ? readdirSync(spool) : [],
      orders: new Set(orders.map(({ id }) => id)),
      outputs: fleet.lives.map(({ origin, output }) => ({ origin, path: output, text: readFileSync(output, 'utf8') })),
    };
  });
}

/** `null` for what is not a page of reports. */
function readPage(body) {
  try {
    const { data } = JSON.parse(body);
    return Array.isArray(data) ? data : null;
  } catch {
    return null;
  }
}
