import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EmayImsOptionsError, EmayImsValidationError, type ImsMessageState } from 'nestjs-emay-ims';
import { EmayImsOperations, type MessageSearch } from 'nestjs-emay-ims/operations';
import { encodeToken } from '../../libs/emay-ims/src/operations/page-token.js';
import { readSearch } from '../../libs/emay-ims/src/operations/search/read-search.js';
import { databasesUnderTest } from '../support/databases.js';
import { OperatedApp, type SeededMessage } from './operated-app.js';

const NOW = Date.now();
const HOSTILE = `<script>alert('1')</script> "quoted" =SUM(A1) \u202e你好🎉 %_\\ 'x'; DROP TABLE`;
const STATES: ImsMessageState[] = ['DELIVERED', 'QUEUED', 'UNCONFIRMED', 'UNDELIVERABLE', 'CANCELLED'];

/** 100 messages, ten for each time, so that pages end between messages of one time. */
const MESSAGES: SeededMessage[] = Array.from({ length: 100 }, (_, index) => ({
  id: `${index % 2 === 0 ? 'order' : 'Order'}-${String(index).padStart(3, '0')}`,
  state: STATES[index % STATES.length] as ImsMessageState,
  createdAt: NOW - Math.floor(index / 10) * 60_000,
  mobile:
    index % 4 === 0 ? `+4474001234${String(index).padStart(2, '0')}` : `+614221180${String(index).padStart(2, '0')}`,
  content: index === 42 ? HOSTILE : 'Hello',
  code: index % 3 === 0 ? 'TIMEOUT' : 'SUCCESS',
}));

describe.each(databasesUnderTest())('the search on %s', (kind) => {
  let app: OperatedApp;
  beforeAll(async () => {
    app = await OperatedApp.open(kind);
    await app.seed(MESSAGES);
  });
  afterAll(() => app.close());

  const inOrder = MESSAGES.toSorted((one, other) => other.createdAt - one.createdAt || (one.id < other.id ? 1 : -1));
  const idsThat = (matches: (message: SeededMessage) => boolean) => inOrder.filter(matches).map(({ id }) => id);
  /** All pages. */
  const searched = async (query: MessageSearch, limit = 7) => {
    const ids: string[] = [];
    for (let after: string | undefined, pages = 0; pages < 200; pages++) {
      const page = await app.operations.search({ ...query, limit, after });
      ids.push(...page.items.map(({ customImsId }) => customImsId));
      if (page.next === null) {
        expect(page.searchedTo).toBeNull();
        return ids;
      }
      expect(page.searchedTo).toBeInstanceOf(Date);
      after = page.next;
    }
    throw new Error('The search has no end.');
  };

  it.each<[string, MessageSearch, (message: SeededMessage) => boolean]>([
    ['nothing said', {}, () => true],
    ['a state that few messages are in', { states: ['UNCONFIRMED'] }, ({ state }) => state === 'UNCONFIRMED'],
    ['the usual state', { states: ['DELIVERED'] }, ({ state }) => state === 'DELIVERED'],
    [
      'several states',
      { states: ['CANCELLED', 'DELIVERED'] },
      ({ state }) => state === 'CANCELLED' || state === 'DELIVERED',
    ],
    ['a code', { code: 'TIMEOUT' }, ({ code }) => code === 'TIMEOUT'],
    ['a country', { country: 'GB' }, ({ mobile }) => mobile!.startsWith('+44')],
    ['a country in small letters', { country: 'au' }, ({ mobile }) => mobile!.startsWith('+61')],
    [
      'a state and a country',
      { states: ['UNCONFIRMED'], country: 'GB' },
      ({ state, mobile }) => state === 'UNCONFIRMED' && mobile!.startsWith('+44'),
    ],
    ['a country without messages', { country: 'DE' }, () => false],
    ['the beginning of an id', { id: 'order-0*' }, ({ id }) => id.startsWith('order-0')],
    [
      'the beginning of an id and a code',
      { id: 'Order*', code: 'TIMEOUT' },
      ({ id, code }) => id.startsWith('Order') && code === 'TIMEOUT',
    ],
    ['a number', { mobile: '+61 422 118 001' }, ({ mobile }) => mobile === '+61422118001'],
    [
      'a time',
      { from: new Date(NOW - 300_000), to: new Date(NOW - 60_000) },
      ({ createdAt }) => createdAt >= NOW - 300_000 && createdAt < NOW - 60_000,
    ],
    ['an id in full', { id: 'order-042' }, ({ id }) => id === 'order-042'],
    ['an id in full, in another state', { id: 'order-042', states: ['DELIVERED'] }, () => false],
  ])('by %s: all that match, newest first, none twice, whatever the page', async (_, query, matches) => {
    expect(await searched(query)).toEqual(idsThat(matches));
    expect(await searched(query, 100)).toEqual(idsThat(matches));
    expect(await searched({ ...query, states: query.states ?? undefined }, 10)).toEqual(idsThat(matches));
  });

  it('tells how many match where it knows', async () => {
    expect((await app.operations.search({ limit: 5 })).matches).toEqual({ n: 100, exact: true });
    expect((await app.operations.search({ states: ['QUEUED', 'DELIVERED'], limit: 5 })).matches).toEqual({
      n: 40,
      exact: true,
    });
    expect((await app.operations.search({ code: 'TIMEOUT', limit: 5 })).matches).toBeNull();
    expect((await app.operations.search({ code: 'TIMEOUT', limit: 50 })).matches).toEqual({ n: 34, exact: true });
  });

  it('gives texts back as they are', async () => {
    const { items } = await app.operations.search({ id: 'order-042' });
    expect(items).toMatchObject([{ content: HOSTILE, country: 'AU' }]);
    expect((await app.operations.message('order-042'))?.message.content).toBe(HOSTILE);
  });

  it.each<[string, MessageSearch]>([
    ['states', { states: [] }],
    ['states', { states: ['SENT' as ImsMessageState] }],
    ['code', { code: '' }],
    ['country', { country: 'Australia' }],
    ['mobile', { mobile: 'x' }],
    ['id', { id: '*' }],
    ['id', { id: 'x'.repeat(33) }],
    ['from', { from: 'yesterday' as never }],
    ['limit', { limit: 501 }],
    ['after', { after: 'bm9uc2Vuc2U' }],
  ])('refuses wrong %s: %j', async (property, query) => {
    const refused = app.operations.search(query);
    await expect(refused).rejects.toThrow(EmayImsValidationError);
    await expect(refused).rejects.toMatchObject({ violations: [{ property }] });
  });

  it('refuses the cursor of another search', async () => {
    const { next } = await app.operations.search({ limit: 5 });
    await expect(app.operations.search({ limit: 5, code: 'TIMEOUT', after: next! })).rejects.toThrow(
      '`next` of the page before',
    );
  });

  it.each([[['x', 'a']], [[1]], [[1, 2]], [[1, '\0']], [[1, 'a', 'b']], [['a']], [['\0']], [[5]], [[1, 'a', 2 ** 40]]])(
    'refuses a forged cursor, wherever it is given: %j',
    async (place) => {
      const after = (query: unknown) => ({ after: encodeToken(query, place) });
      const { operations } = app;
      const isOfBatches = place.length === 1 && place[0] === 'a';
      const pages = [
        operations.search(after(readSearch({}))),
        operations.doubts(after({ code: null, since: null })),
        operations.doubtful(after(null)),
        operations.reports({ kind: 'orphaned', ...after('orphaned') }),
        ...(isOfBatches ? [] : [operations.reports({ kind: 'lost', ...after('lost') })]),
        ...(isOfBatches ? [] : [operations.audit(after({ id: null, actor: null, action: null }))]),
      ];
      const refused = await Promise.allSettled(pages);
      for (const page of refused) expect(page).toMatchObject({ reason: expect.any(EmayImsValidationError) });
    },
  );

  it('finds accounts by name', () => {
    const operations = app.module.get(EmayImsOperations);
    expect(operations.names()).toEqual(['default']);
    expect(operations.of('default')).toBe(operations.of());
    expect(() => operations.of('stranger')).toThrow(EmayImsOptionsError);
  });
});
