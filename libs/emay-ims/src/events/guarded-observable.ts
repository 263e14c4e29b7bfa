import { Observable, Subscriber, type Observer, type Operator, type Subscription } from 'rxjs';
import { isThenable } from './is-thenable.js';

/**
 * An Observable whose subscribers may throw: RxJS makes that an uncaught exception, which ends the process. Here it is
 * handed to `onFailure`, also behind operators, and a subscriber that threw gets the next value all the same. An `async` one
 * that rejects is no different.
 */
export class GuardedObservable<T> extends Observable<T> {
  constructor(
    private readonly onFailure: (error: unknown) => void,
    subscribe?: (subscriber: Subscriber<T>) => Subscription,
  ) {
    super(subscribe);
  }

  override lift<R>(operator?: Operator<T, R>): Observable<R> {
    return Object.assign(new GuardedObservable<R>(this.onFailure), { source: this, operator });
  }

  override subscribe(
    observer?: Partial<Observer<T>> | ((value: T) => void) | null,
    onError?: ((error: unknown) => void) | null,
    onComplete?: (() => void) | null,
  ): Subscription {
    if (observer instanceof Subscriber) return super.subscribe(observer);
    const given: Partial<Observer<T>> =
      typeof observer === 'object' && observer !== null
        ? observer
        : { next: observer ?? undefined, error: onError ?? undefined, complete: onComplete ?? undefined };
    return super.subscribe({
      next: (value) => this.guarded(() => given.next?.(value)),
      error: (problem) => this.guarded(() => (given.error ? given.error(problem) : this.onFailure(problem))),
      complete: () => this.guarded(() => given.complete?.()),
    });
  }

  private guarded(call: () => unknown): void {
    try {
      const result = call();
      if (isThenable(result)) result.then(undefined, this.onFailure);
    } catch (error) {
      this.onFailure(error);
    }
  }
}
