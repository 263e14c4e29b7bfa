import Sequencer from '@jest/test-sequencer';

/** What takes longest where all databases are asked, in this order: what begins last keeps one core busy while the others wait. */
const LONGEST = [
  'test/databases/migrations',
  'test/faults/stalls',
  'test/faults/faults',
  'test/databases/queue-apart-migration',
  'test/databases/sending',
  'test/databases/message-store.spec',
  'test/cli/send-batch',
  'test/databases/figures.spec',
  'test/databases/connections',
  'test/databases/start-checks',
  'test/reports/odd-pages',
  'test/console-page/pages',
  'test/databases/report-ingestion',
  'test/databases/message-events',
  'test/databases/durable-events',
  'test/cli/operator',
  'libs/emay-ims-simulator/test/page/trust',
  'test/failpoints/failpoints',
  'libs/emay-ims-simulator/test/page/faults',
  'test/sending/nothing-burnt',
  'test/console-page/live',
  'libs/emay-ims-simulator/test/page/traffic',
  'test/databases/figure-plans',
  'libs/emay-ims-simulator/test/examples/examples',
  'test/service/cannot-serve',
  'test/failpoints/bulk-actions',
  'test/failpoints/durable-events',
  'test/cli/messages',
  'test/cli/doctor',
];

const rankOf = ({ path }) => {
  const rank = LONGEST.findIndex((name) => path.includes(name));
  return rank < 0 ? LONGEST.length : rank;
};

/** Runs the longest suites first, and the others as jest does: on a fresh clone it knows only how large their files are. */
export default class LongestFirst extends Sequencer {
  sort(tests) {
    return super.sort(tests).toSorted((one, other) => rankOf(one) - rankOf(other));
  }
}
