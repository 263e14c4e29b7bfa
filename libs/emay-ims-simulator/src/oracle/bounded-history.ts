/** Remembers the newest entries, at most `limit`, in a ring: adding costs the same at the first entry and the millionth. */
export class BoundedHistory<T> {
  private entries: T[] = [];
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

  clear(): void {
    this.entries = [];
    this.oldest = 0;
  }

  /** The newest entries, at most `count`, newest first. */
  newest(count: number): T[] {
    const { entries, oldest } = this;
    const length = Math.min(count, entries.length);
    return Array.from({ length }, (_, index) => entries[(oldest + entries.length - 1 - index) % entries.length]!);
  }

  /** Oldest first. */
  toArray(): T[] {
    return [...this.entries.slice(this.oldest), ...this.entries.slice(0, this.oldest)];
  }
}
