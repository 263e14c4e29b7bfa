import { createHash } from 'node:crypto';
import { createInterface } from 'node:readline/promises';
import { EmayImsConflictError, type EmayImsService, type ImsMessage } from 'nestjs-emay-ims';
import { NotConfirmedError } from '../command-errors.js';
import { EXIT_CODE } from '../exit-code.js';
import { withGateway } from '../gateway.js';
import { pagesOf, toQuery } from '../message-filter.js';
import { shown, type ShownMessage } from '../message-view.js';
import type { Session } from '../session.js';
import { alignColumns } from '../table.js';
import type { ResolveOptions } from './resolve.js';

/** How many messages somebody has agreed to decide about, and which. */
export interface Confirmation {
  count: number;
  /** `null`: only how many. */
  set: string | null;
}

/** A doubt as it was looked at. */
type SeenUnconfirmed = Pick<ImsMessage, 'customImsId' | 'attempts'>;

/** The unconfirmed messages of a filter at one moment. */
interface UnconfirmedSet {
  seen: SeenUnconfirmed[];
  first: ShownMessage[];
  /** Eight digits that stand for ids and attempts. */
  set: string;
}

const SHOWN = 10;
const SET_DIGITS = 8;

/**
 * Resolves all unconfirmed messages of a filter, once somebody has confirmed their number.
 *
 * - Only messages as they were shown are resolved: not those that have left UNCONFIRMED since, or were submitted again.
 */
export async function resolveMany(session: Session, options: ResolveOptions): Promise<number> {
  return withGateway(session.configuration(), {}, async ({ ims }) => {
    const unconfirmed = await lookAt(ims, options);
    const { length: count } = unconfirmed.seen;
    if (options.confirmCount) assertConfirmed(options.confirmCount, unconfirmed);
    else if (count === 0 || !(await isAgreed(session, unconfirmed))) return preview(session, unconfirmed);
    return decide(ims, unconfirmed.seen, session, options);
  });
}

async function lookAt(ims: EmayImsService, options: ResolveOptions): Promise<UnconfirmedSet> {
  const seen: SeenUnconfirmed[] = [];
  const first: ShownMessage[] = [];
  const digest = createHash('sha256');
  for await (const page of pagesOf(ims, toQuery({ ...options, state: ['UNCONFIRMED'] }))) {
    for (const message of page) {
      const { customImsId, attempts } = message;
      seen.push({ customImsId, attempts });
      if (first.length < SHOWN) first.push(shown(message));
      digest.update(`${customImsId} ${attempts}\n`);
    }
  }
  return { seen, first, set: digest.digest('hex').slice(0, SET_DIGITS) };
}

function assertConfirmed({ count, set }: Confirmation, unconfirmed: UnconfirmedSet): void {
  const { length: now } = unconfirmed.seen;
  if (now === count && (set === null || set === unconfirmed.set)) return;
  const found = now === count ? 'They are not the ones that were shown' : `There are ${now} of them, not ${count}`;
  throw new NotConfirmedError(`${found}: nothing was decided. Look again without --confirm-count.`);
}

/** Asks where somebody sits at a terminal. */
async function isAgreed({ terminal, stop }: Session, unconfirmed: UnconfirmedSet): Promise<boolean> {
  if (terminal.isJson || !process.stdin.isTTY || !process.stderr.isTTY) return false;
  for (const line of linesOf(unconfirmed)) terminal.note(line);
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const given = await prompt.question(`Type ${unconfirmed.seen.length} to decide about all of them: `, {
      signal: stop,
    });
    return given.trim() === String(unconfirmed.seen.length);
  } catch {
    return false; // Ctrl-C at the question: no.
  } finally {
    prompt.close();
  }
}

function preview({ terminal }: Session, unconfirmed: UnconfirmedSet): number {
  const { seen, first, set } = unconfirmed;
  const confirm = `${seen.length}:${set}`;
  terminal.answer(
    { isPreview: true, count: seen.length, first, confirmCount: confirm },
    seen.length === 0
      ? ['No message of this filter is unconfirmed.']
      : [...linesOf(unconfirmed), `Nothing is decided yet: to decide about these, add --confirm-count ${confirm}`],
  );
  return EXIT_CODE.fine;
}

function linesOf({ seen, first }: UnconfirmedSet): string[] {
  const rows = first.map(({ customImsId, mobile, code, submittedAt }) => [
    customImsId,
    mobile,
    code ?? '-',
    submittedAt?.toISOString() ?? '-',
  ]);
  const more = seen.length - first.length;
  return [
    ...alignColumns([['ID', 'TO', 'WHY', 'SUBMITTED'], ...rows]),
    ...(more > 0 ? [`… and ${more} more: \`unconfirmed\` lists them`] : []),
    `Unconfirmed: ${seen.length}.`,
  ];
}

async function decide(
  ims: EmayImsService,
  seen: readonly SeenUnconfirmed[],
  { terminal, stop }: Session,
  { decision, by, reason }: ResolveOptions,
): Promise<number> {
  let resolved = 0;
  let changedSince = 0;
  for (const { customImsId, attempts } of seen) {
    if (stop.aborted) break;
    try {
      await ims.resolveUnconfirmed(customImsId, { decision, decidedBy: by, reason, attempts });
      resolved++;
    } catch (error) {
      if (!(error instanceof EmayImsConflictError)) throw error;
      changedSince++;
    }
  }
  const left = seen.length - resolved - changedSince;
  terminal.answer({ isPreview: false, count: seen.length, decision, resolved, changedSince, left }, [
    `${resolved} of ${seen.length} are ${decision === 'resend' ? 'in the queue; the running service sends them' : 'UNKNOWN'} now.`,
    ...(changedSince > 0 ? [`${changedSince} had changed since they were looked at: left as they are.`] : []),
    ...(left > 0 ? [`Stopped. Still unconfirmed: ${left}.`] : []),
  ]);
  return resolved === seen.length ? EXIT_CODE.fine : EXIT_CODE.failed;
}
