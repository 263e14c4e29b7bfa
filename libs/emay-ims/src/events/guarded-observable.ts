import { Observable, Subscriber, type Observer, type Operator, type Subscription } from 'rxjs';

/**
 * An Observable whose subscribers may throw: RxJS makes that an uncaught exception, which ends the process. It is handed
 * to `onFailure` instead, also behind operators, and the subscriber gets the next value.
 */
export class GuardedObservable<T> extends Observable<T> {
  private onFailure: (error: unknown) => void;

  static of<T>(source: Observable<T>, onFailure: (error: unknown) => void): Observable<T> {
    const guarded = new GuardedObservable<T>((subscriber) => source.subscribe(subscriber));
    guarded.onFailure = onFailure;
    return guarded;
  }

  override lift<R>(operator?: Operator<T, R>): Observable<R> {
    const lifted = new GuardedObservable<R>();
    lifted.onFailure = this.onFailure;
    return Object.assign(lifted, { source: this, operator });
  }

  override subscribe(
    observer?: Partial<Observer<T>> | ((value: T) => void) | null,
    ...callbacks: never[]
  ): Subscription {
    if (observer instanceof Subscriber) return super.subscribe(observer);
    const [error, complete] = callbacks as unknown as [Observer<T>['error']?, Observer<T>['complete']?];
    const given: Partial<Observer<T>> =
      typeof observer === 'function' ? { next: observer, error, complete } : (observer ?? {});
    return super.subscribe({
      next: (value) => this.guarded(() => given.next?.(value)),
      error: (problem) => this.guarded(() => (given.error ? given.error(problem) : this.onFailure(problem))),
      complete: () => this.guarded(() => given.complete?.()),
    });
  }

  private guarded(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.onFailure(error);
    }
  }
}
