import { setTimeout as pause } from 'node:timers/promises';
import { connect, type BareConnection } from '../support/bare-connection.js';
import { contend, must } from '../support/contender.js';
import { LeanGatewayClient, REPORTS_PER_PAGE } from '../support/gateway-calls.js';
import { inParallel } from '../support/in-parallel.js';
import { chunksOf, messages, type Message } from '../support/messages.js';
import { databaseCpu } from '../support/server-cpu.js';
import type { Floor } from './floor.js';
import { FLOORS } from './floors.js';
import { timed, type PipelineTask } from './pipeline-task.js';

/**
 * The floor: as fast as it gets with bare drivers, and no safety besides the SQL.
 *
 * Fair, because it does what a good engineer would do for speed alone: full requests, one prepared statement for each
 * chunk, several chunks under way so that database, gateway and this process work at the same time, two pulls of reports
 * overlapping. And it does the same job: every message stored durably before it is submitted, its acceptance and its
 * final state recorded.
 */
const MESSAGES_PER_REQUEST = 300;
const CHUNKS_UNDER_WAY = 4;
const PULLS_UNDER_WAY = 2;
const CONNECTIONS = CHUNKS_UNDER_WAY + PULLS_UNDER_WAY;
const NO_FULL_PAGE_PAUSE_MS = 5;

async function run(floor: Floor, database: BareConnection, gateway: LeanGatewayClient, all: Message[]): Promise<void> {
  let final = 0;
  const puller = async () => {
    while (final < all.length) {
      const reports = await gateway.pullReports();
      const finished = reports.length > 0 ? await database.run(floor.finish(reports)) : 0;
      // Not `+= await`: that would add to what `final` was before the wait.
      final += finished;
      if (reports.length < REPORTS_PER_PAGE) await pause(NO_FULL_PAGE_PAUSE_MS);
    }
  };
  const submitting = inParallel(chunksOf(all, MESSAGES_PER_REQUEST), CHUNKS_UNDER_WAY, async (chunk) => {
    await database.run(floor.insert(chunk));
    await database.run(floor.accept(await gateway.sendMany(chunk)));
  });
  await Promise.all([submitting, ...Array.from({ length: PULLS_UNDER_WAY }, puller)]);
}

await contend(async (task: PipelineTask) => {
  const floor = FLOORS[task.database.kind];
  const database = await connect(task.database, CONNECTIONS);
  const gateway = new LeanGatewayClient(task.gatewayUrl, CONNECTIONS);
  await database.rows(floor.createTable);
  await run(floor, database, gateway, messages(task.warmUp, task.messages));
  const sample = await timed(
    task.messages,
    () => run(floor, database, gateway, messages(task.messages)),
    databaseCpu(task.database),
  );
  const [row] = await database.rows(
    "SELECT COUNT(*) AS final, COUNT(DISTINCT ims_id) AS ids FROM floor_message WHERE state = 'DELIVERED'",
  );
  const expected = task.warmUp + task.messages;
  must(
    Number(row?.final) === expected && Number(row?.ids) === expected,
    () => `${Number(row?.final)} final, ${Number(row?.ids)} gateway ids, ${expected} expected`,
  );
  await Promise.all([database.close(), gateway.close()]);
  return sample;
});
