import { finalState, gatewayTime, type Floor } from './floor.js';

const texts = <Item>(items: readonly Item[], read: (item: Item) => string): string[] => items.map(read);

/** Array parameters and `unnest`: the fastest that `pg` offers short of COPY, which cannot update. */
export const floorPostgres: Floor = {
  createTable: `CREATE TABLE floor_message (
    custom_ims_id varchar(32) PRIMARY KEY, mobile varchar(20) NOT NULL, content text NOT NULL,
    state varchar(16) NOT NULL, ims_id varchar(64), report_state varchar(64),
    created_at bigint NOT NULL, accepted_at bigint, final_at bigint)`,

  insert: (messages) => ({
    sql: `INSERT INTO floor_message (custom_ims_id, mobile, content, state, created_at)
      SELECT custom_ims_id, mobile, content, 'SUBMITTING', $4::bigint
      FROM unnest($1::text[], $2::text[], $3::text[]) AS r(custom_ims_id, mobile, content)`,
    parameters: [
      texts(messages, ({ customImsId }) => customImsId),
      texts(messages, ({ mobile }) => mobile),
      texts(messages, ({ content }) => content),
      Date.now(),
    ],
  }),

  accept: (entries) => ({
    sql: `UPDATE floor_message AS m SET state = 'ACCEPTED', ims_id = r.ims_id, accepted_at = $3::bigint
      FROM unnest($1::text[], $2::text[]) AS r(custom_ims_id, ims_id)
      WHERE m.custom_ims_id = r.custom_ims_id AND m.state = 'SUBMITTING'`,
    parameters: [texts(entries, ({ customImsId }) => customImsId), texts(entries, ({ imsId }) => imsId), Date.now()],
  }),

  finish: (reports) => ({
    sql: `UPDATE floor_message AS m
      SET state = r.state, ims_id = r.ims_id, report_state = r.report_state, final_at = $5::bigint
      FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS r(custom_ims_id, ims_id, state, report_state)
      WHERE m.custom_ims_id = r.custom_ims_id`,
    parameters: [
      texts(reports, ({ customImsId }) => customImsId),
      texts(reports, ({ imsId }) => imsId),
      texts(reports, finalState),
      texts(reports, ({ state }) => state),
      Date.now(),
    ],
  }),

  finishOurs: (reports) => ({
    sql: `UPDATE emay_ims_message AS m
      SET state = r.state, report_state = r.report_state, report_description = r.description,
        gateway_submit_time = r.submit_time, gateway_receive_time = r.receive_time, final_at = $7::bigint, due_at = NULL
      FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[])
        AS r(custom_ims_id, state, report_state, description, submit_time, receive_time)
      WHERE m.account = 'default' AND m.custom_ims_id = r.custom_ims_id`,
    parameters: [
      texts(reports, ({ customImsId }) => customImsId),
      texts(reports, finalState),
      texts(reports, ({ state }) => state),
      texts(reports, ({ desc }) => desc),
      texts(reports, ({ submitTime }) => String(gatewayTime(submitTime))),
      texts(reports, ({ receiveTime }) => String(gatewayTime(receiveTime))),
      Date.now(),
    ],
  }),
};
