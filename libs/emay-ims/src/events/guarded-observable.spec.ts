import { beforeEach, describe, expect, it } from '@jest/globals';
import { filter, firstValueFrom, map, Subject, take, toArray } from 'rxjs';
import { GuardedObservable } from './guarded-observable.js';

describe('an Observable whose subscribers may throw', () => {
  let source: Subject<number>;
  let failures: unknown[];
  let guarded: GuardedObservable<number>;
  beforeEach(() => {
    source = new Subject();
    failures = [];
    guarded = new GuardedObservable(
      (error) => failures.push(error),
      (subscriber) => source.subscribe(subscriber),
    );
  });
  const failing = (value: number) => {
    throw value;
  };

  it('hands over what they throw, and goes on: alone, as an observer and behind operators', () => {
    const got: number[] = [];
    guarded.subscribe(failing);
    guarded.subscribe({ next: failing });
    guarded.pipe(filter((value) => value > 1)).subscribe(failing);
    guarded.subscribe((value) => got.push(value));
    source.next(1);
    source.next(2);
    expect(failures).toEqual([1, 1, 2, 2, 2]);
    expect(got).toEqual([1, 2]);
  });

  it('hands over what an async one rejects with', async () => {
    const rejecting = (value: number): unknown => Promise.reject(value);
    guarded.subscribe(rejecting);
    guarded.subscribe({ next: rejecting });
    source.next(1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(failures).toEqual([1, 1]);
  });

  it('hands over what an operator throws, unless the subscriber takes it', () => {
    const taken: unknown[] = [];
    guarded.pipe(map(failing)).subscribe();
    guarded.pipe(map(failing)).subscribe({ error: (error) => taken.push(error) });
    guarded.pipe(map(failing)).subscribe(null, (error) => taken.push(error));
    source.next(1);
    expect([failures, taken]).toEqual([[1], [1, 1]]);
  });

  it('tells when it completes, and lets go of those who leave', async () => {
    const all = firstValueFrom(guarded.pipe(take(2), toArray()));
    let isComplete = false;
    guarded.subscribe(undefined, undefined, () => (isComplete = true));
    const left = guarded.subscribe();
    left.unsubscribe();
    source.next(1);
    source.next(2);
    source.complete();
    expect([await all, isComplete, source.observed]).toEqual([[1, 2], true, false]);
  });

  it('is observed only while somebody subscribes', () => {
    expect(source.observed).toBe(false);
    const one = guarded.pipe(filter(Boolean)).subscribe();
    expect(source.observed).toBe(true);
    one.unsubscribe();
    expect(source.observed).toBe(false);
  });
});
