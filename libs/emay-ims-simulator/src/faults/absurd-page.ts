import { drained } from '../exchange/drained.js';
import type { FaultDefinition } from './fault-definition.js';

/** The genuine page, and with it more than any page should hold. */
export interface AbsurdPageFault {
  readonly kind: 'absurd-page';
  /** What there is too much of. Default: `no-reports`. */
  readonly shape?: keyof typeof SHAPES | undefined;
  /** How much of it: items, units of text or levels. Default: 1,000,000. */
  readonly size?: number | undefined;
  /** Where it stands. Default: `behind` the genuine reports. */
  readonly place?: 'behind' | 'before' | undefined;
}

const STEP = 4_096;

/** What is no report, each in another way. */
const NO_REPORTS = ['null', '0', '""', '{}', '[]', 'true', '{"a":1}', '"DELIVRD"'];

/** A text of so many parts, some thousands at a time. */
function* repeated(count: number, part: (index: number) => string): Generator<string> {
  for (let from = 0; from < count; from += STEP) {
    yield Array.from({ length: Math.min(STEP, count - from) }, (_, index) => part(from + index)).join('');
  }
}

/** The JSON of one item or of several, with commas in between. */
const items = (count: number, item: (index: number) => string) =>
  repeated(count, (index) => (index === 0 ? '' : ',') + item(index));

function* between(before: string, parts: Iterable<string>, after: string): Generator<string> {
  yield before;
  yield* parts;
  yield after;
}

const strangerId = (index: number) => `1999${String(index).padStart(16, '0')}`;

const SHAPES = {
  'no-reports': (size: number) => items(size, (index) => NO_REPORTS[index % NO_REPORTS.length]!),
  'ims-ids': (size: number) => items(size, (index) => `{"imsId":"${strangerId(index)}"}`),
  text: (size: number) =>
    between(
      `{"imsId":"${strangerId(0)}","state":"DELIVRD","desc":"`,
      repeated(size, () => 'x'),
      '"}',
    ),
  deep: (size: number) =>
    between(
      '',
      repeated(size, () => '['),
      ']'.repeat(size),
    ),
  fields: (size: number) =>
    between(
      '{',
      items(size, (index) => `"field${index}":${index}`),
      '}',
    ),
} satisfies Record<string, (size: number) => Iterable<string>>;

export const absurdPage: FaultDefinition<AbsurdPageFault> = {
  meaning: 'the report batch and `size` useless items, levels or units of text, in one complete answer',
  accepts: 'yes',
  calls: ['getIMSReport'],
  fields: {
    shape: {
      type: 'choice',
      choices: Object.keys(SHAPES),
      default: 'no-reports',
      meaning: 'what there is too much of',
    },
    size: { type: 'integer', min: 1, max: 100_000_000, default: 1_000_000, meaning: 'items, levels or units of text' },
    place: { type: 'choice', choices: ['behind', 'before'], default: 'behind', meaning: 'of the genuine reports' },
  },
  async play(exchange, { shape, size, place }) {
    const answer = exchange.accept();
    if (!Array.isArray(answer.data)) {
      exchange.answer(answer);
      return;
    }
    const genuine = answer.data.map((report) => JSON.stringify(report)).join(',');
    const comma = genuine === '' ? '' : ',';
    const [before, after] = place === 'behind' ? [genuine + comma, ''] : ['', comma + genuine];
    const empty = exchange.form.text({ code: answer.code, data: [] });
    const open = empty.indexOf(']');
    const stream = exchange.stream(answer);
    for (const part of between(empty.slice(0, open) + before, SHAPES[shape](size), after + empty.slice(open))) {
      if (exchange.isClosed) return;
      if (!stream.write(part)) await drained(stream, exchange.response);
    }
    stream.end();
  },
};
