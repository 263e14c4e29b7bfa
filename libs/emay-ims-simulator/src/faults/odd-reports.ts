import { type FaultDefinition, rewriteEntries } from './fault-definition.js';
import { ODD_SHAPES, type Reshape } from './odd-report-shapes.js';

type OddShape = keyof typeof ODD_SHAPES;

/** The first reports of the page say what they should in a way that the document does not show. */
export interface OddReportsFault {
  readonly kind: 'odd-reports';
  /** How many. Default: 500, a whole page. */
  readonly count?: number | undefined;
  /** In which way. Default: `all`, one after the other. */
  readonly shape?: OddShape | 'all' | undefined;
}

const SHAPES: Readonly<Record<OddShape, Reshape>> = ODD_SHAPES;
const ALL: readonly Reshape[] = Object.values(SHAPES);

export const oddReports: FaultDefinition<OddReportsFault> = {
  meaning: 'the report batch with its first `count` reports written another way: states, times, numbers, IDs, texts',
  accepts: 'yes',
  calls: ['getIMSReport'],
  fields: {
    count: { type: 'integer', min: 1, max: 500, default: 500, meaning: 'how many' },
    shape: { type: 'choice', choices: ['all', ...Object.keys(ODD_SHAPES)], default: 'all', meaning: 'what is odd' },
  },
  play: (exchange, { count, shape }) =>
    exchange.answer(
      rewriteEntries(exchange.accept(), (reports) =>
        reports.map((report, index) => {
          if (index >= count) return report;
          return shape === 'all' ? ALL[index % ALL.length]!(report) : SHAPES[shape](report);
        }),
      ),
      { isWhole: true },
    ),
};
