/** Remembers the newest entries, at most `limit`, in a ring: adding costs the same at the first entry and the millionth. */
export class BoundedHistory<T> {
  private readonly entries: T[] = [];
  private oldest = 0;

  constructor(private readonly limit: number) {}

  add(entry: T): void {
    if (this.limit === 0) return;
    if (this.entries.length < this.limit) {
      this.entries.push(entry);
      return;
    }
    this.entries[this.oldest] = entry;
    this.oldest = (this.oldest + 1) % this.limit;
  }

  /** Oldest first. */
  toArray(): T[] {
    return [...this.entries.slice(this.oldest), ...this.entries.slice(0, this.oldest)];
  }
}
