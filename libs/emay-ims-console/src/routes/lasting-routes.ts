import { notFound } from '../http/console-error.js';
import { logFailure } from '../http/console-log.js';
import { setSecureHeaders } from '../http/secure-headers.js';
import { downloadCsv } from '../exports/csv-download.js';
import { text } from '../input/readers.js';
import { Viewer } from '../live/viewer.js';
import { byOf } from './action-routes.js';
import { ANSWERED, get, type ApiCall, type ApiRoute } from './api-route.js';

/** What lasts longer than a moment: access to it is asked for again while it does. */
export const LASTING_ROUTES: readonly ApiRoute[] = [
  get(
    'stream',
    {},
    {
      handle: ({ account, caller, exchange, checkAccess, console }) => {
        console.hub.join(new Viewer(account, caller, exchange.response, checkAccess));
        return ANSWERED;
      },
    },
  ),

  get('exports/:token', {}, { right: 'export', isCostly: true, isDownload: true, handle: exportOf }),
];

async function exportOf(call: ApiCall<unknown>): Promise<typeof ANSWERED> {
  const { params, grant, mask, account, operations, exchange, checkAccess, console } = call;
  const wanted = console.links.take(text(64)(params.token, 'token'), account, grant.actor);
  if (wanted === null) throw notFound('export (any more)');
  const { search } = wanted;
  const entry = { actor: byOf(grant), action: 'export', filter: { ...search }, skipped: 0, reason: null };
  await operations.record({ ...entry, items: 0, done: 0 });

  const { response } = exchange;
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  setSecureHeaders(response);
  response.statusCode = 200;
  response.setHeader('Content-Type', 'text/csv; charset=utf-8');
  response.setHeader('Content-Disposition', `attachment; filename="${fileName(account)}"`);
  const end = { action: 'export-end', ...(await finished()) };
  await operations.record({ ...entry, ...end }).catch((error: unknown) => {
    logFailure('The end of an export could not be written to the audit', error);
  });
  return ANSWERED;

  async function finished(): Promise<{ items: number; done: number; reason: string | null }> {
    try {
      const signal = AbortSignal.any([gone.signal, console.closing]);
      const accessMs = console.timings.accessMs;
      const rows = await downloadCsv({
        operations,
        search,
        mask,
        response,
        checkAccess,
        accessMs,
        signal,
      });
      return { items: rows, done: rows, reason: null };
    } catch (error) {
      response.destroy();
      const { rows = 0, cause } = error as { rows?: number; cause?: unknown };
      if (!gone.signal.aborted) logFailure('An export was cut off', cause ?? error);
      return { items: rows, done: rows, reason: 'cut off' };
    }
  }
}

function fileName(account: string): string {
  const day = new Date().toISOString().slice(0, 10);
  return `messages-${account.replace(/[^\w-]/g, '_').slice(0, 64)}-${day}.csv`;
}
