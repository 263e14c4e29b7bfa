import { type Entry, type FaultDefinition, rewriteEntries } from './fault-definition.js';

/** The first reports of the page are spoilt; the others are as they should be. */
export interface MalformedReportsFault {
  readonly kind: 'malformed-reports';
  /** How many. Default: 1. */
  readonly count?: number | undefined;
  /** What is wrong with them. Default: `all`, one after the other. */
  readonly shape?: keyof typeof SHAPES | 'all' | undefined;
}

const without =
  (name: string) =>
  (report: Entry): Entry =>
    Object.fromEntries(Object.entries(report).filter(([key]) => key !== name));

const SHAPES = {
  null: () => null,
  text: () => 'DELIVRD',
  'no-state': without('state'),
  'no-mobile': without('mobile'),
  'no-receive-time': without('receiveTime'),
  'numeric-state': (report: Entry) => ({ ...report, state: 1 }),
  'nested-mobile': ({ mobile, ...report }: Entry) => ({ ...report, mobile: { number: mobile } }),
  'bad-time': (report: Entry) => ({ ...report, receiveTime: '2026-02-30 25:61:00' }),
  'long-state': (report: Entry) => ({ ...report, state: 'X'.repeat(5_000) }),
} satisfies Record<string, (report: Entry) => unknown>;

const ALL = Object.values(SHAPES);

export const malformedReports: FaultDefinition<MalformedReportsFault> = {
  meaning: 'the report batch with its first `count` reports malformed',
  accepts: 'yes',
  calls: ['getIMSReport'],
  fields: {
    count: { type: 'integer', min: 1, max: 500, default: 1, meaning: 'how many' },
    shape: { type: 'choice', choices: ['all', ...Object.keys(SHAPES)], default: 'all', meaning: 'what is wrong' },
  },
  play: (exchange, { count, shape }) =>
    exchange.answer(
      rewriteEntries(exchange.accept(), (reports) =>
        reports.map((report, index) => {
          if (index >= count) return report;
          const spoil = shape === 'all' ? ALL[index % ALL.length]! : SHAPES[shape];
          return spoil(report);
        }),
      ),
    ),
};
