/** A message as an application has it. */
export interface Message {
  customImsId: string;
  /** E.164. */
  mobile: string;
  content: string;
}

/** Messages to different numbers, each with its own text: the `index`-th of all. */
export function message(index: number): Message {
  // Not by a template: V8 keeps the texts of the last numbers it wrote, and the memory of `enqueueStream` is measured.
  const number = index.toFixed();
  return {
    customImsId: index.toString(16).padStart(32, '0'),
    mobile: `+61${(422_000_000 + index).toFixed()}`,
    content: `Your order ${number} has left our warehouse and will be with you tomorrow between 9 and 12.`,
  };
}

export function messages(count: number, first = 0): Message[] {
  return Array.from({ length: count }, (_, index) => message(first + index));
}

export function chunksOf<Item>(items: readonly Item[], size: number): Item[][] {
  const chunks: Item[][] = [];
  for (let start = 0; start < items.length; start += size) chunks.push(items.slice(start, start + size));
  return chunks;
}
