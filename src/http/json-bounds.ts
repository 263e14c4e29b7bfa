/** What a body may hold, beyond what its length tells. */
export interface JsonBounds {
  levels: number;
  /** Of all lists together; as many lists and objects as well. */
  entries: number;
  /** Of one object. */
  members: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;

/**
 * What of a JSON text is beyond its bounds, `null`: nothing. It looks at bytes and makes nothing of them: a small body may
 * hold millions of objects, each of which would be made, checked and complained about.
 */
export function beyondBounds(json: Uint8Array, bounds: JsonBounds): keyof JsonBounds | null {
  /** Commas of each level, -1 for a list. */
  const commas: number[] = [];
  let [containers, entries] = [0, 0];
  for (let index = 0; index < json.length; index++) {
    switch (json[index]) {
      case QUOTE:
        index = endOfString(json, index);
        break;
      case OPEN_OBJECT:
      case OPEN_LIST:
        if (++containers > bounds.entries) return 'entries';
        if (commas.push(json[index] === OPEN_LIST ? -1 : 0) > bounds.levels) return 'levels';
        break;
      case CLOSE_OBJECT:
      case CLOSE_LIST:
        commas.pop();
        break;
      case COMMA: {
        const level = commas.length - 1;
        const before = commas[level];
        if (before === undefined) break;
        if (before < 0) {
          if (++entries >= bounds.entries) return 'entries';
          break;
        }
        if (before + 1 >= bounds.members) return 'members';
        commas[level] = before + 1;
      }
    }
  }
  return null;
}

function endOfString(json: Uint8Array, start: number): number {
  let index = start + 1;
  while (index < json.length && json[index] !== QUOTE) index += json[index] === BACKSLASH ? 2 : 1;
  return index;
}
