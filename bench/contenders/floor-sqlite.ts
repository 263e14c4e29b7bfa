import { finalState, gatewayTime, type Floor } from './floor.js';

/** A JSON parameter unfolded by `json_each`: one call into libsql for a chunk, one commit. */
export const floorSqlite: Floor = {
  createTable: `CREATE TABLE floor_message (
    custom_ims_id varchar(32) PRIMARY KEY, mobile varchar(20) NOT NULL, content text NOT NULL,
    state varchar(16) NOT NULL, ims_id varchar(64), report_state varchar(64),
    created_at bigint NOT NULL, accepted_at bigint, final_at bigint) WITHOUT ROWID`,

  insert: (messages) => ({
    sql: `INSERT INTO floor_message (custom_ims_id, mobile, content, state, created_at)
      SELECT value ->> 0, value ->> 1, value ->> 2, 'SUBMITTING', ? FROM json_each(?)`,
    parameters: [
      Date.now(),
      JSON.stringify(messages.map(({ customImsId, mobile, content }) => [customImsId, mobile, content])),
    ],
  }),

  accept: (entries) => ({
    sql: `UPDATE floor_message SET state = 'ACCEPTED', ims_id = r.ims_id, accepted_at = ?
      FROM (SELECT value ->> 0 AS id, value ->> 1 AS ims_id FROM json_each(?)) AS r
      WHERE custom_ims_id = r.id AND state = 'SUBMITTING'`,
    parameters: [Date.now(), JSON.stringify(entries.map(({ customImsId, imsId }) => [customImsId, imsId]))],
  }),

  finish: (reports) => ({
    sql: `UPDATE floor_message SET state = r.state, ims_id = r.ims_id, report_state = r.report_state, final_at = ?
      FROM (SELECT value ->> 0 AS id, value ->> 1 AS ims_id, value ->> 2 AS state, value ->> 3 AS report_state
        FROM json_each(?)) AS r
      WHERE custom_ims_id = r.id`,
    parameters: [
      Date.now(),
      JSON.stringify(reports.map((report) => [report.customImsId, report.imsId, finalState(report), report.state])),
    ],
  }),

  finishOurs: (reports) => ({
    // The account depends on the row, or else SQLite reads all of its messages for each.
    sql: `UPDATE emay_ims_message AS m
      SET state = r.state, report_state = r.report_state, report_description = r.description,
        gateway_submit_time = r.submit_time, gateway_receive_time = r.receive_time, final_at = ?, due_at = NULL
      FROM (SELECT value ->> 0 AS id, value ->> 1 AS state, value ->> 2 AS report_state, value ->> 3 AS description,
        value ->> 4 AS submit_time, value ->> 5 AS receive_time FROM json_each(?)) AS r
      WHERE m.account = iif(r.id IS NULL, NULL, 'default') AND m.custom_ims_id = r.id`,
    parameters: [
      Date.now(),
      JSON.stringify(
        reports.map((report) => [
          report.customImsId,
          finalState(report),
          report.state,
          report.desc,
          gatewayTime(report.submitTime),
          gatewayTime(report.receiveTime),
        ]),
      ),
    ],
  }),
};
