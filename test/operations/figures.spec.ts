import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EmayImsValidationError, type ImsMessageState } from 'nestjs-emay-ims';
import type { Range } from 'nestjs-emay-ims/operations';
import { databasesUnderTest } from '../support/databases.js';
import { OperatedApp, type SeededMessage } from './operated-app.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOW = Date.now();

const AUSTRALIAN: SeededMessage[] = Array.from({ length: 20 }, (_, index) => ({
  id: `au-${index}`,
  state: (index < 15 ? 'DELIVERED' : index < 18 ? 'UNDELIVERABLE' : 'UNCONFIRMED') as ImsMessageState,
  createdAt: NOW - 30 * MINUTE,
  submittedAt: NOW - 30 * MINUTE,
  // Fifteen deliveries after some 10 s.
  finalAt: index < 18 ? NOW - 30 * MINUTE + 10_000 : null,
  code: index < 18 ? 'SUCCESS' : 'TIMEOUT',
  attempt: 'token',
  mobile: index % 2 === 0 ? '+61422118000' : '+61411118000',
}));
/** The calling code of no country. */
const NOWHERE: SeededMessage[] = Array.from({ length: 3 }, (_, index) => ({
  id: `nowhere-${index}`,
  state: 'UNKNOWN',
  createdAt: NOW - 5 * HOUR,
  mobile: '+88213300150',
}));
const BRITISH: SeededMessage[] = Array.from({ length: 5 }, (_, index) => ({
  id: `gb-${index}`,
  state: 'REJECTED',
  createdAt: NOW - 3 * HOUR,
  submittedAt: NOW - 3 * HOUR,
  finalAt: NOW - 3 * HOUR + 500,
  code: 'ERROR_MOBILE_ERROR',
  attempt: 'token',
  mobile: '+447400123456',
}));

describe.each(databasesUnderTest())('the figures of an account on %s', (kind) => {
  let app: OperatedApp;
  beforeAll(async () => {
    app = await OperatedApp.open(kind);
    await app.seed([...AUSTRALIAN, ...BRITISH, ...NOWHERE]);
  });
  afterAll(() => app.close());

  it('of a range: states, share, latency, codes, a slot for each time, and what is wrong', async () => {
    const overview = await app.operations.overview('1h');
    expect(overview).toMatchObject({
      ...{ asOf: null, range: '1h', deliveredShare: 15 / 18, queued: 0, inFlight: 0, submittedPerMinute: 0 },
      totals: { DELIVERED: 15, UNDELIVERABLE: 3, UNCONFIRMED: 2, REJECTED: 5 },
      inRange: { DELIVERED: 15, UNDELIVERABLE: 3, UNCONFIRMED: 2, REJECTED: 0 },
      codes: [{ code: 'TIMEOUT', messages: 2 }],
      series: { slotMs: MINUTE },
    });
    expect(overview.latency.delivered).toBe(15);
    expect(overview.latency.p50Ms).toBeGreaterThan(6_000);
    expect(overview.latency.p95Ms).toBeLessThan(17_000);
    expect(overview.series.points).toHaveLength(60);
    expect(overview.series.points.filter(({ states }) => Object.keys(states).length > 0)).toHaveLength(1);
    expect(overview.advice).toContainEqual({ id: 'doubts', level: 'warning', values: { messages: 2 } });
  });

  it.each<[Range, number]>([
    ['1h', 60],
    ['24h', 24],
    ['7d', 168],
    ['30d', 30],
  ])('of %s in %d slots of equal length, the last of which is now', async (range, slots) => {
    const before = Date.now();
    const { series } = await app.operations.overview(range);
    expect(series.points).toHaveLength(slots);
    const last = series.points.at(-1)!.at;
    expect(last).toBe(series.from + (slots - 1) * series.slotMs);
    expect(last).toBeLessThanOrEqual(Date.now());
    expect(last + series.slotMs).toBeGreaterThan(before);
  });

  it('of each country, most messages first', async () => {
    const countries = await app.operations.countries('24h');
    expect(countries).toMatchObject([
      { country: 'AU', messages: 20, deliveredShare: 15 / 18, perHour: 20 / 24 },
      { country: 'GB', messages: 5, deliveredShare: 0, codes: [{ code: 'ERROR_MOBILE_ERROR', messages: 5 }] },
      { country: null, messages: 3, deliveredShare: null },
    ]);
    // So few are counted when they are asked for.
    expect(countries.map(({ asOf }) => asOf)).toEqual([null, null, null]);
    expect(await app.operations.countries('1h')).toMatchObject([{ country: 'AU' }]);
  });

  it('of one country, with its prefixes', async () => {
    const detail = await app.operations.country('AU', '24h');
    expect(detail).toMatchObject({ country: 'AU', messages: 20, sampled: 20, range: '24h' });
    expect(Object.fromEntries(detail.prefixes.map(({ prefix, messages }) => [prefix, messages]))).toEqual({
      '+61411': 10,
      '+61422': 10,
    });
    expect(await app.operations.country('DE', '1h')).toMatchObject({ messages: 0, deliveredShare: null, prefixes: [] });
    expect(await app.operations.country(null, '24h')).toMatchObject({ country: null, messages: 3, sampled: 3 });
    await expect(app.operations.country('Germany', '1h')).rejects.toThrow(EmayImsValidationError);
    await expect(app.operations.overview('2h' as Range)).rejects.toThrow(EmayImsValidationError);
  });

  it('are counted anew, audited', async () => {
    await app.operations.rebuildFigures('ann');
    expect((await app.operations.audit({ action: 'rebuild' })).items).toMatchObject([{ actor: 'ann', done: 1 }]);
  });
});
