import type { SqlRow } from '../../database/ims-database.js';
import type { KeptReport, ReportKind } from '../api/kept-report.js';

/** Kinds that are rows of `emay_ims_report`, by `status`. */
export const STATUS_OF = { orphaned: 'ORPHANED', quarantined: 'QUARANTINED' } as const;
/** Kinds that are rows of `emay_ims_report_batch`, by `state`. */
export const STATE_OF = { unreadable: 'UNREADABLE', lost: 'LOST', 'set-aside': 'SET_ASIDE' } as const;

/** Of a report or a batch that somebody has looked at: kept, and not listed any more. */
export const ACKNOWLEDGED = 'ACKNOWLEDGED';

export function toReport(kind: ReportKind, row: SqlRow): KeptReport {
  return {
    kind,
    id: `${row.batch_id}.${row.position}`,
    at: time(row.created_at),
    customImsId: text(row.custom_ims_id),
    imsId: text(row.ims_id),
    mobile: text(row.mobile),
    state: text(row.state),
    reports: null,
    reason: text(row.reason),
    raw: text(row.raw),
    actions: ['acknowledge'],
  };
}

export function toBatch(kind: ReportKind, row: SqlRow, raw: string | null): KeptReport {
  const reports = kind === 'lost' ? row.lost : row.reports;
  return {
    kind,
    id: String(row.id),
    at: time(row.stored_at) ?? time(row.requested_at),
    ...{ customImsId: null, imsId: null, mobile: null },
    state: text(row.state),
    reports: reports === null || reports === undefined ? null : Number(reports),
    reason: text(row.failure) ?? text(row.cut),
    raw,
    actions: kind === 'lost' ? ['acknowledge'] : ['retry', 'acknowledge'],
  };
}

function text(cell: SqlRow[string] | undefined): string | null {
  return cell === null || cell === undefined ? null : String(cell);
}

function time(cell: SqlRow[string] | undefined): Date | null {
  return cell === null || cell === undefined ? null : new Date(Number(cell));
}
