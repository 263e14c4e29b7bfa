/** A message as an application has it. */
export interface Message {
  customImsId: string;
  /** E.164. */
  mobile: string;
  content: string;
}

/** Messages to different numbers, each with its own text: the `index`-th of all. */
export function message(index: number): Message {
  return {
    customImsId: index.toString(16).padStart(32, '0'),
    mobile: `+61${422_000_000 + index}`,
    content: `Your order ${index} has left our warehouse and will be with you tomorrow between 9 and 12.`,
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
