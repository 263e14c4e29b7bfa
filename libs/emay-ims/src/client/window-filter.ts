const BITS = 18;
const FACTOR = 0x01000193;
const MIXER = 0x9e3779b1;

/** Tells of most pieces of a text that they are none of the windows of some pages, without cutting them out. */
export class WindowFilter {
  /** How many look alike. Far more entries than a page has windows: few others look like one of them. */
  private readonly table = new Uint16Array(2 ** BITS);
  private readonly factorOfFirst: number;

  constructor(readonly size: number) {
    let factor = 1;
    for (let unit = 1; unit < size; unit++) factor = Math.imul(factor, FACTOR);
    this.factorOfFirst = factor;
  }

  /** Once for each of a page. One of another size is none. */
  add(window: string): void {
    if (window.length === this.size) this.count(window, 1);
  }

  /** As often as it was added. */
  forget(window: string): void {
    this.count(window, -1);
  }

  /** Where the pieces begin that may be among them. */
  startsIn(text: string): number[] {
    const { table } = this;
    const starts: number[] = [];
    this.hashEach(text, (hash, start) => {
      if ((table[hash] as number) > 0) starts.push(start);
    });
    return starts;
  }

  private count(window: string, change: number): void {
    const { table } = this;
    this.hashEach(window, (hash) => void (table[hash] = (table[hash] as number) + change));
  }

  /** Each from the one before: the first unit leaves, the next one comes. */
  private hashEach(text: string, take: (hash: number, start: number) => void): void {
    const { size, factorOfFirst } = this;
    const { imul } = Math;
    let hash = 0;
    for (let at = 0; at < text.length; at++) {
      if (at >= size) hash -= imul(text.charCodeAt(at - size), factorOfFirst);
      hash = (imul(hash, FACTOR) + text.charCodeAt(at)) | 0;
      if (at >= size - 1) take(imul(hash, MIXER) >>> (32 - BITS), at - size + 1);
    }
  }
}
