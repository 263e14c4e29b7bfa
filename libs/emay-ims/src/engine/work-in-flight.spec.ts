import { describe, expect, it } from '@jest/globals';
import { WorkInFlight } from './work-in-flight.js';

const LONG_MS = 60_000;

function held<T>() {
  let end!: (value: T) => void;
  const promise = new Promise<T>((resolve) => (end = resolve));
  return { work: () => promise, end };
}

describe('work in flight', () => {
  it('is waited for, however it ends', async () => {
    const flight = new WorkInFlight();
    const [one, other] = [held<string>(), held<string>()];
    const ended: string[] = [];
    const first = flight.during('call', one.work).finally(() => ended.push('one'));
    const second = flight.during('call', () => other.work().then(() => Promise.reject(new Error('on purpose'))));
    const failed = second.catch(String);
    const all = flight.ended('call', LONG_MS).finally(() => ended.push('all'));
    one.end('done');
    expect(await first).toBe('done');
    other.end('');
    expect(await all).toBe(0);
    expect(await failed).toContain('on purpose');
    expect(ended).toEqual(['one', 'all']);
  });

  it('that comes meanwhile is left to who asks again: constant traffic ends no shutdown', async () => {
    const flight = new WorkInFlight();
    const [before, after] = [held<void>(), held<void>()];
    void flight.during('call', before.work);
    const ended = flight.ended('call', LONG_MS);
    void flight.during('call', after.work);
    before.end();
    expect(await ended).toBe(0);
    const rest = flight.ended('call', LONG_MS);
    after.end();
    expect(await rest).toBe(0);
  });

  it('is given up after a time, once and for all', async () => {
    const flight = new WorkInFlight();
    const { work, end } = held<void>();
    const stuck = flight.during('call', work);
    expect(await flight.ended('call', 5)).toBe(1);
    expect(await flight.ended('call', LONG_MS)).toBe(0);
    end();
    await stuck;
  });

  it('of one kind is not waited for, nor refused, with that of another', async () => {
    const flight = new WorkInFlight<'call' | 'stream'>();
    const { work, end } = held<string>();
    const stream = flight.during('stream', work);
    flight.refuse('call');
    expect(await flight.ended('call', LONG_MS)).toBe(0);
    expect(await flight.during('stream', async () => 'another')).toBe('another');
    end('whole');
    expect(await stream).toBe('whole');
  });

  it('is refused once its kind is, and what was under way still ends', async () => {
    const flight = new WorkInFlight();
    const { work, end } = held<string>();
    const before = flight.during('call', work);
    flight.refuse('call');
    await expect(
      flight.during(
        'call',
        async () => 'late',
        () => new Error('closed'),
      ),
    ).rejects.toThrow('closed');
    end('early');
    expect(await before).toBe('early');
  });
});
