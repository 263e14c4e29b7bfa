/**
 * Breaks, in a copy, the promises that everything rests on, one at a time, and wants the named suite to turn red: a suite
 * that stays green would prove nothing. Only what Stryker (`npm run test:stryker`) cannot break: statements, tables, and
 * what shows in a process or a database.
 *
 *   npm run test:mutations              all of them; some minutes, and the database servers
 *   npm run test:mutations -- fence     those with this word in their name, or in the path of what they break or of a suite
 *   npm run test:mutations -- --check   whether all of them still fit the sources, without a test
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const LIBRARY = 'libs/emay-ims/src';
const CONSOLE = 'libs/emay-ims-console/src';
/**
 * Each: what is broken, by which `changes` (`from` must be there), and the `suites` of which a test must fail, on the
 * `databases` where it shows; without any, on SQLite.
 */
const MUTATIONS = [
  {
    name: 'settle without the attempt token',
    suites: ['test/databases/message-store'],
    changes: [
      {
        file: `${LIBRARY}/message-store/message-results-sql.ts`,
        from: "m.attempt = ?\n          AND ${STATE} IN ('SUBMITTING', 'UNCONFIRMED')",
        to: "(m.attempt = ? OR 1 = 1)\n          AND ${STATE} IN ('SUBMITTING', 'UNCONFIRMED')",
      },
      {
        file: `${LIBRARY}/message-store/message-results-sql.ts`,
        from: "m.attempt = ?\n          AND ${STATE} = 'SUBMITTING'",
        to: "(m.attempt = ? OR 1 = 1)\n          AND ${STATE} = 'SUBMITTING'",
      },
    ],
  },
  {
    name: 'ERROR_PARAMS halved',
    suites: ['libs/emay-ims/src/sending/verdict', 'test/sending/nothing-burnt'],
    changes: [
      {
        file: `${LIBRARY}/protocol/answer-codes.ts`,
        from: "code: 'ERROR_PARAMS',\n    kind: 'doubtful',",
        to: "code: 'ERROR_PARAMS',\n    kind: 'request',",
      },
    ],
  },
  {
    name: 'the fence removed',
    suites: ['test/databases/fence'],
    changes: [
      {
        file: `${LIBRARY}/sending/submitter.ts`,
        from: 'const fence = () => closedBy(attempt, messages);',
        to: 'const fence = () => (messages.length > 0 ? null : closedBy(attempt, messages));',
      },
    ],
  },
  {
    name: 'apply before storing the raw body',
    suites: ['test/failpoints'],
    changes: [
      {
        file: `${LIBRARY}/reports/page-puller.ts`,
        from: '    if (!(await this.inbox.keep(page))) return ',
        to: '    await this.ingestor.ingest(page);\n    if (!(await this.inbox.keep(page))) return ',
      },
      {
        file: `${LIBRARY}/reports/report-batch-store.ts`,
        from: "WHERE id = ? AND state = 'STORED' AND COALESCE(progress, 0) = ?`,\n      [...values, id, from],",
        to: 'WHERE id = ? AND COALESCE(progress, 0) >= ? - ?`,\n      [...values, id, from, from],',
      },
    ],
  },
  {
    name: 'a retry that goes on where the last try has ended',
    suites: ['test/reports/odd-pages'],
    changes: [
      {
        file: `${LIBRARY}/reports/report-batch-store.ts`,
        from: 'attempts = NULL, progress = 0',
        to: 'attempts = NULL, progress = COALESCE(progress, 0)',
      },
    ],
  },
  {
    name: 'a page decoded before it is stored',
    suites: ['test/reports/odd-pages', 'test/client/answers'],
    changes: [
      {
        file: `${LIBRARY}/client/received-answer.ts`,
        from: 'reduce(withoutSign, body)',
        to: "reduce(withoutSign, Buffer.from(body.toString('utf8')))",
      },
    ],
  },
  {
    name: 'SUCCESS that does not decrypt is taken',
    suites: ['test/client/secure/answers'],
    changes: [
      {
        file: `${LIBRARY}/client/transport/secure-transport.ts`,
        from: "  if (code === 'SUCCESS') return UNDECIPHERABLE;\n",
        to: '',
      },
    ],
  },
  {
    name: 'an encrypted request given back is taken for its answer',
    suites: ['test/client/secure/answers'],
    changes: [
      {
        file: `${LIBRARY}/client/transport/secure-transport.ts`,
        from: 'if (OWN_REQUEST.test(content))',
        to: 'if (content.length < 0)',
      },
    ],
  },
  {
    name: 'an encrypted answer unpacked without a bound',
    suites: ['test/client/secure/answers'],
    changes: [
      {
        file: `${LIBRARY}/client/transport/secure-transport.ts`,
        from: 'gunzipSync(content, { maxOutputLength: http.maxResponseBytes })',
        to: 'gunzipSync(content)',
      },
    ],
  },
  {
    name: 'an encrypted request keeps the time of its encoding',
    suites: ['test/client/secure/calls'],
    changes: [
      {
        file: `${LIBRARY}/client/transport/secure-transport.ts`,
        from: 'bodyAt: (now) => seal(timeAgain(content, now), secretKey',
        to: 'bodyAt: () => seal(timeAgain(content, new Date(1_900_000_000_000)), secretKey',
      },
    ],
  },
  {
    name: 'an encrypted page packed as if it were text',
    suites: ['test/databases/secure-account'],
    changes: [
      {
        file: `${LIBRARY}/reports/page-columns.ts`,
        from: 'body.length > MAX_TEXT_BYTES && contentEncoding !== SEALED',
        to: 'body.length > MAX_TEXT_BYTES',
      },
    ],
  },
  {
    name: 'a broken connection released as healthy',
    suites: ['test/databases/connections'],
    databases: 'postgres,mariadb',
    changes: [
      {
        file: `${LIBRARY}/database/pooled-connection.ts`,
        from: '    else this.destroy();',
        to: '    else this.onAnswer();',
      },
      {
        file: `${LIBRARY}/database/pooled-connection.ts`,
        from: '        this.destroy();\n        this.onDoubt();',
        to: '        if (timeoutMs < 0) this.onDoubt();',
      },
      {
        file: `${LIBRARY}/database/server-database.ts`,
        from: '.catch(() => connection.destroy())',
        to: '.catch(() => undefined)',
      },
    ],
  },
  {
    name: 'a connection of a server that takes no writes released as healthy',
    suites: ['test/databases/connections'],
    databases: 'mariadb',
    changes: [
      {
        file: `${LIBRARY}/database/pooled-connection.ts`,
        from: '    if (this.isUnfit) this.destroy();',
        to: '    if (this.isUnfit && this.isAsked) this.destroy();',
      },
    ],
  },
  {
    name: 'rows of repeated ids locked until a host commits',
    suites: ['test/databases/claims-beside-hosts'],
    databases: 'mariadb',
    changes: [
      {
        file: `${LIBRARY}/database/dialects/mysql.ts`,
        from: 'locksExisting: true',
        to: 'locksExisting: false',
      },
    ],
  },
  {
    name: 'a snapshot read where a locking one is needed',
    suites: ['test/databases/claims-beside-hosts'],
    databases: 'mariadb',
    changes: [
      {
        file: `${LIBRARY}/database/dialects/mysql.ts`,
        from: "STRAIGHT_JOIN ${table} ON ${on} ${mysql.lock('m')}`",
        to: 'STRAIGHT_JOIN ${table} ON ${on}`',
      },
    ],
  },
  {
    name: 'a claim of whatever is listed',
    suites: ['test/databases/message-store', 'test/databases/list-invariants'],
    changes: [
      {
        file: `${LIBRARY}/message-store/message-queue-sql.ts`,
        from: "WHERE ${STATE} = 'QUEUED' AND m.due_at <= ${now} AND ${unexpired} ${dialect.lockSkippingLocked('m')}",
        to: "WHERE ${unexpired} ${dialect.lockSkippingLocked('m')}",
      },
    ],
  },
  {
    name: 'a claim that waits for what a host keeps locked',
    suites: ['test/databases/claims-beside-hosts'],
    databases: 'postgres,mariadb',
    changes: [
      {
        file: `${LIBRARY}/message-store/message-queue-sql.ts`,
        from: "AND ${unexpired} ${dialect.lockSkippingLocked('m')}",
        to: "AND ${unexpired} ${dialect.lock('m')}",
      },
      {
        file: `${LIBRARY}/message-store/message-queue-sql.ts`,
        from: "WHERE ${STATE} = 'QUEUED' ${dialect.lockSkippingLocked('m')}",
        to: "WHERE ${STATE} = 'QUEUED' FOR UPDATE",
      },
    ],
  },
  {
    name: 'a claim that forgets what it passes over',
    suites: ['test/databases/list-invariants'],
    changes: [
      {
        file: `${LIBRARY}/message-store/message-queue.ts`,
        from: 'await this.due.addQueued(passedOver, session);',
        to: 'await this.due.addQueued(passedOver.slice(0, 0), session);',
      },
    ],
  },
  {
    name: 'a joined cancel that takes its neighbours off the list',
    suites: ['test/databases/claims-beside-hosts'],
    databases: 'postgres,mariadb',
    changes: [
      {
        file: `${LIBRARY}/message-store/message-queue.ts`,
        from: 'row.due_at !== null && !manager',
        to: 'row.due_at !== null',
      },
    ],
  },
  {
    name: 'a cancel that forgets the neighbours',
    suites: ['test/databases/list-invariants'],
    changes: [
      {
        file: `${LIBRARY}/message-store/due-list.ts`,
        from: 'await this.add(rest, session);',
        to: 'await this.add(rest.slice(0, 0), session);',
      },
    ],
  },
  {
    name: 'a release that puts on hold what was enqueued meanwhile',
    suites: ['test/databases/enqueued-while-sent', 'test/databases/message-store'],
    changes: [
      {
        file: `${LIBRARY}/message-store/message-queue-sql.ts`,
        from: "m.enqueued_at IS NULL THEN '${HELD}'",
        to: "m.state <> '' THEN '${HELD}'",
      },
      {
        file: `${LIBRARY}/message-store/message-queue-sql.ts`,
        from: 'm.enqueued_at IS NOT NULL THEN ${ready}',
        to: "m.state = '' THEN ${ready}",
      },
    ],
  },
  {
    name: 'a release that is not listed',
    suites: ['test/databases/list-invariants'],
    changes: [
      {
        file: `${LIBRARY}/message-store/message-queue.ts`,
        from: 'if (released === 0) return;',
        to: 'if (released >= 0) return;',
      },
    ],
  },
  {
    name: 'an attempt dropped while its messages wait',
    suites: ['test/databases/list-invariants'],
    changes: [
      {
        file: `${LIBRARY}/message-store/attempt-sweep.ts`,
        from: "IN ('SUBMITTING', 'ACCEPTED')",
        to: "IN ('SUBMITTING')",
      },
    ],
  },
  {
    name: 'an outcome after the end of its attempt that is not listed',
    suites: ['test/databases/message-store'],
    changes: [
      {
        file: `${LIBRARY}/message-store/message-results.ts`,
        from: 'if (accepted.length > 0) await this.attempts.addLate',
        to: 'if (accepted.length < 0) await this.attempts.addLate',
      },
    ],
  },
  {
    name: 'a decision about many that leaves no mark',
    suites: ['test/databases/figures'],
    databases: 'sqlite,postgres,mariadb',
    changes: [
      {
        file: `${LIBRARY}/message-store/message-decisions.ts`,
        from: 'await this.marks.add(ids, session);',
        to: 'await this.marks.add(ids.slice(0, 0), session);',
      },
    ],
  },
  {
    name: 'an action that begins anew where its process was killed',
    suites: ['test/failpoints/bulk-actions'],
    changes: [
      {
        file: `${LIBRARY}/operations/actions/action-steps.ts`,
        from: "if (action.state === 'PREVIEWED') {",
        to: "if (action.state === 'PREVIEWED' || action.reached > 0) {",
      },
    ],
  },
  {
    name: 'doubts that are read in no order',
    suites: ['test/databases/doubt-plans'],
    databases: 'sqlite,postgres,mariadb',
    changes: [
      {
        file: `${LIBRARY}/schema/migrations/1765000003000-doubts-in-order.ts`,
        from: "const OUTCOME = '(account, outcome, created_at, custom_ims_id)'",
        to: "const OUTCOME = '(account, outcome)'",
      },
    ],
  },
  {
    name: 'a search for doubts that does not mind its time',
    suites: ['test/databases/doubt-plans'],
    changes: [
      {
        file: `${LIBRARY}/operations/doubts/doubt-reader.ts`,
        from: 'if (size === SEARCH_STEP && budget.isSpent)',
        to: 'if (size < 0 && budget.isSpent)',
      },
    ],
  },
  {
    name: 'a withdrawal of many without its action',
    suites: ['test/operations/evidence'],
    changes: [
      {
        file: `${LIBRARY}/operator/bulk-resolver.ts`,
        from: 'this.decisions.cancel(ids, { by, auditId }, session)',
        to: 'this.decisions.cancel(ids, { by, auditId: auditId && null }, session)',
      },
    ],
  },
  {
    name: 'a stream that keeps everything for a viewer who does not read',
    suites: ['libs/emay-ims-console/test/live'],
    changes: [
      {
        file: `${CONSOLE}/live/viewer.ts`,
        from: 'if (response.writableLength > MAX_WAITING_BYTES)',
        to: 'if (response.writableLength > MAX_WAITING_BYTES * 1e6)',
      },
    ],
  },
  {
    name: 'a stream that outlives its socket',
    suites: ['libs/emay-ims-console/test/live'],
    changes: [{ file: `${CONSOLE}/live/viewer.ts`, from: '      onClose();\n', to: '      void onClose;\n' }],
  },
  {
    name: 'a stream that does not tell that the database is away',
    suites: ['libs/emay-ims-console/test/live'],
    changes: [
      {
        file: `${CONSOLE}/live/live-hub.ts`,
        from: '        this.broadcast(channel, readingText(true));\n',
        to: '',
      },
    ],
  },
  {
    name: 'an export that is read faster than it is taken',
    suites: ['libs/emay-ims-console/test/masking'],
    changes: [
      {
        file: `${CONSOLE}/exports/csv-download.ts`,
        from: "await once(response, 'drain', { signal: end });",
        to: 'await new Promise((resolve) => setTimeout(() => resolve([end, once]), 5));',
      },
    ],
  },
  {
    name: 'an export that goes on without its socket',
    suites: ['libs/emay-ims-console/test/exports'],
    changes: [
      { file: `${CONSOLE}/routes/lasting-routes.ts`, from: "response.once('close', () => gone.abort());", to: '' },
      {
        file: `${CONSOLE}/exports/csv-download.ts`,
        from: "if (response.destroyed) throw new Error('The connection is closed');",
        to: '',
      },
    ],
  },
  {
    name: 'an export that ends whole although it was cut off',
    suites: ['libs/emay-ims-console/test/masking', 'libs/emay-ims-console/test/exports'],
    changes: [
      {
        file: `${CONSOLE}/routes/lasting-routes.ts`,
        from: '      response.destroy();\n',
        to: '      response.end();\n',
      },
    ],
  },
  {
    name: 'a download link that is used twice',
    suites: ['libs/emay-ims-console/test/exports'],
    changes: [
      {
        file: `${CONSOLE}/exports/export-links.ts`,
        from: '    this.links.delete(token);\n    return wanted;',
        to: '    return wanted;',
      },
    ],
  },
];

const isCheck = process.argv.includes('--check');
const wanted = process.argv.slice(2).filter((argument) => argument !== '--check');
const chosen = MUTATIONS.filter(({ name, suites, changes }) => {
  const words = [name, ...suites, ...changes.map(({ file }) => file)];
  return wanted.every((wantedWord) => words.some((word) => word.includes(wantedWord)));
});
if (chosen.length === 0) {
  console.error(
    `No mutation has ${wanted.join(' and ')} in its name or paths: ${MUTATIONS.map(({ name }) => name).join(', ')}`,
  );
  process.exit(2);
}
// All of them before the first runs: one that fits no more should not come up after minutes.
for (const { name, changes } of chosen) {
  for (const { file, from } of changes) {
    if (readFileSync(file, 'utf8').includes(from)) continue;
    console.error(`${name}: a change does not fit ${file} any more:\n${from}`);
    process.exit(2);
  }
}
if (isCheck) process.exit(0);
const run = (cwd, command, databases = 'sqlite') =>
  spawnSync(command, { cwd, shell: true, encoding: 'utf8', env: { ...process.env, TEST_DATABASES: databases } });
const copy = mkdtempSync(join(tmpdir(), 'emay-ims-mutations-'));
const isLeftOut = (path) => /(^|\/)(\.git|data|dist)$/.test(path) && !path.includes('node_modules');
let survivors = 0;
try {
  cpSync('.', copy, {
    recursive: true,
    verbatimSymlinks: true,
    preserveTimestamps: true,
    filter: (path) => !isLeftOut(path),
  });
  for (const { name, suites, databases, changes } of chosen) {
    const originals = changes.map(({ file }) => readFileSync(join(copy, file), 'utf8'));
    for (const [index, { file, from, to }] of changes.entries()) {
      // Looked up in what stands there now: two changes may be to one file.
      const source = readFileSync(join(copy, file), 'utf8');
      if (!source.includes(from)) throw new Error(`${name}: change ${index + 1} does not fit ${file} any more`);
      writeFileSync(join(copy, file), source.replace(from, to));
    }
    const { stdout, stderr } = run(copy, `npm test -- ${suites.join(' ')}`, databases);
    if (!/^Tests: /m.test(stdout + stderr)) throw new Error(`${name}: no test ran, as it does not compile:\n${stdout}`);
    const failed = /^Tests: +(\d+) failed/m.exec(stdout + stderr)?.[1];
    const reds = [...(stdout + stderr).matchAll(/^ +● (.+)$/gm)].map(([, title]) => title);
    if (failed === undefined) survivors++;
    console.log(failed === undefined ? `SURVIVED: ${name}` : `red: ${name}: ${failed} tests, such as "${reds[0]}"`);
    for (const [index, { file }] of changes.entries()) writeFileSync(join(copy, file), originals[index]);
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}
process.exit(survivors === 0 ? 0 : 1);
