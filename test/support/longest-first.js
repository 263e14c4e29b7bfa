import Sequencer from '@jest/test-sequencer';

/** What takes a minute or more, longest first: what begins last keeps one core busy while the others wait. */
const LONGEST = [
  'test/faults/faults',
  'test/reports/odd-pages',
  'test/databases/message-store.spec',
  'test/databases/migrations',
  'test/console-page/pages',
  'test/cli/send-batch',
  'test/databases/queue-apart-migration',
  'libs/emay-ims-simulator/test/page/trust',
  'libs/emay-ims-simulator/test/page/faults',
  'test/failpoints/failpoints',
  'test/cli/operator',
  'test/console-page/live',
  'libs/emay-ims-simulator/test/page/traffic',
  'test/service/cannot-serve',
  'test/cli/doctor',
  'test/cli/messages',
  'test/databases/sending',
  'test/databases/connections',
  'test/databases/start-checks',
  'test/databases/figure-plans',
  'test/sending/nothing-burnt',
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
