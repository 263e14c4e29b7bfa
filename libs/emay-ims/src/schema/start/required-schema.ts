import type { ImsTable } from '../../database/table-names.js';

/** What the statements of this release rely on in one table. */
export interface RequiredTable {
  columns: readonly string[];
  /** A unique index over just these, in any order: what keeps an id from being there twice. */
  key: readonly string[];
  /** Indexes that statements name, or without which they read the whole table. */
  indexes: readonly string[];
}

/** The schema after all of `EMAY_IMS_MIGRATIONS`. A table may have more. */
export const REQUIRED_SCHEMA: Readonly<Record<ImsTable, RequiredTable>> = {
  emay_ims_message: {
    columns: [
      'account',
      'custom_ims_id',
      'ims_id',
      'mobile',
      'content',
      'state',
      'code',
      'raw_answer',
      'priority',
      'send_at',
      'expires_at',
      'due_at',
      'attempt',
      'attempts',
      'report_state',
      'report_description',
      'gateway_submit_time',
      'gateway_receive_time',
      'created_at',
      'submitted_at',
      'accepted_at',
      'final_at',
      'outcome',
    ],
    key: ['account', 'custom_ims_id'],
    indexes: ['emay_ims_message_outcome', 'emay_ims_message_created', 'emay_ims_message_mobile'],
  },
  emay_ims_report: {
    columns: [
      'batch_id',
      'position',
      'account',
      'status',
      'mobile',
      'ims_id',
      'custom_ims_id',
      'state',
      'description',
      'receive_time',
      'submit_time',
      'reason',
      'raw',
      'created_at',
    ],
    key: ['batch_id', 'position'],
    indexes: ['emay_ims_report_status'],
  },
  emay_ims_report_batch: {
    columns: [
      'id',
      'account',
      'state',
      'body',
      'raw',
      'raw_packed',
      'content_type',
      'content_encoding',
      'requested',
      'cut',
      'reports',
      'lost',
      'progress',
      'attempts',
      'failure',
      'requested_at',
      'expires_at',
      'stored_at',
      'applied_at',
    ],
    key: ['id'],
    indexes: ['emay_ims_report_batch_state'],
  },
  emay_ims_resolution: {
    columns: ['id', 'account', 'custom_ims_id', 'decision', 'decided_by', 'reason', 'decided_at'],
    key: ['id'],
    indexes: ['emay_ims_resolution_message'],
  },
  emay_ims_event: {
    columns: [
      'id',
      'account',
      'handler',
      'type',
      'payload',
      'state',
      'due_at',
      'claim',
      'attempts',
      'error',
      'created_at',
    ],
    key: ['id'],
    indexes: ['emay_ims_event_due'],
  },
  emay_ims_lease: { columns: ['name', 'holder', 'expires_at', 'lasts_ms'], key: ['name'], indexes: [] },
  emay_ims_due: {
    columns: ['id', 'account', 'priority', 'due_at', 'expires_at', 'ids'],
    key: ['id'],
    indexes: ['emay_ims_due_ready', 'emay_ims_due_expiry'],
  },
  emay_ims_attempt: {
    columns: ['account', 'attempt', 'id', 'ends_at', 'due_at', 'ids'],
    key: ['account', 'attempt', 'id'],
    indexes: ['emay_ims_attempt_due'],
  },
  emay_ims_figure: {
    columns: ['account', 'span', 'slot', 'country', 'state', 'code', 'took', 'messages', 'purged'],
    key: ['account', 'span', 'slot', 'country', 'state', 'code', 'took'],
    indexes: ['emay_ims_figure_by_state'],
  },
  emay_ims_figure_unit: {
    columns: ['account', 'unit', 'slot', 'counted_at', 'next_at'],
    key: ['account', 'unit', 'slot'],
    indexes: ['emay_ims_figure_unit_next'],
  },
  emay_ims_figure_run: {
    columns: ['account', 'counter', 'minutes_from', 'counted_from', 'as_of'],
    key: ['account'],
    indexes: [],
  },
  emay_ims_figure_mark: { columns: ['account', 'slot', 'id'], key: ['account', 'slot', 'id'], indexes: [] },
};
