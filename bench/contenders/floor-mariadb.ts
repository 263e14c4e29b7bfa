import { finalState, gatewayTime, type Floor } from './floor.js';

const ID = 'VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin';

/** One JSON parameter, unfolded by `JSON_TABLE`: of what MariaDB can join with an UPDATE the fastest. */
export const floorMariadb: Floor = {
  createTable: `CREATE TABLE floor_message (
    custom_ims_id varchar(32) PRIMARY KEY, mobile varchar(20) NOT NULL, content text NOT NULL,
    state varchar(16) NOT NULL, ims_id varchar(64), report_state varchar(64),
    created_at bigint NOT NULL, accepted_at bigint, final_at bigint)
    ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,

  insert: (messages) => ({
    sql: `INSERT INTO floor_message (custom_ims_id, mobile, content, state, created_at)
      SELECT custom_ims_id, mobile, content, 'SUBMITTING', ?
      FROM JSON_TABLE(?, '$[*]' COLUMNS (custom_ims_id ${ID} PATH '$[0]', mobile VARCHAR(20) PATH '$[1]',
        content TEXT PATH '$[2]')) AS r`,
    parameters: [
      Date.now(),
      JSON.stringify(messages.map(({ customImsId, mobile, content }) => [customImsId, mobile, content])),
    ],
  }),

  accept: (entries) => ({
    sql: `UPDATE JSON_TABLE(?, '$[*]' COLUMNS (custom_ims_id ${ID} PATH '$[0]', ims_id VARCHAR(64) PATH '$[1]')) AS r
      STRAIGHT_JOIN floor_message AS m ON m.custom_ims_id = r.custom_ims_id AND m.state = 'SUBMITTING'
      SET m.state = 'ACCEPTED', m.ims_id = r.ims_id, m.accepted_at = ?`,
    parameters: [JSON.stringify(entries.map(({ customImsId, imsId }) => [customImsId, imsId])), Date.now()],
  }),

  finish: (reports) => ({
    sql: `UPDATE JSON_TABLE(?, '$[*]' COLUMNS (custom_ims_id ${ID} PATH '$[0]', ims_id VARCHAR(64) PATH '$[1]',
        state VARCHAR(16) PATH '$[2]', report_state VARCHAR(64) PATH '$[3]')) AS r
      STRAIGHT_JOIN floor_message AS m ON m.custom_ims_id = r.custom_ims_id
      SET m.state = r.state, m.ims_id = r.ims_id, m.report_state = r.report_state, m.final_at = ?`,
    parameters: [
      JSON.stringify(reports.map((report) => [report.customImsId, report.imsId, finalState(report), report.state])),
      Date.now(),
    ],
  }),

  finishOurs: (reports) => ({
    sql: `UPDATE JSON_TABLE(?, '$[*]' COLUMNS (custom_ims_id ${ID} PATH '$[0]', state VARCHAR(16) PATH '$[1]',
        report_state VARCHAR(64) PATH '$[2]', description VARCHAR(255) PATH '$[3]', submit_time BIGINT PATH '$[4]',
        receive_time BIGINT PATH '$[5]')) AS r
      STRAIGHT_JOIN emay_ims_message AS m ON m.account = 'default' AND m.custom_ims_id = r.custom_ims_id
      SET m.state = r.state, m.report_state = r.report_state, m.report_description = r.description,
        m.gateway_submit_time = r.submit_time, m.gateway_receive_time = r.receive_time, m.final_at = ?, m.due_at = NULL`,
    parameters: [
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
      Date.now(),
    ],
  }),
};
