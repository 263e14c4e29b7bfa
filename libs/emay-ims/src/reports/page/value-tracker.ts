const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

export function isBlank(character: number): boolean {
  return character <= 0x20 || character === 0xfeff;
}

/** Finds the end of one JSON value by its brackets and quotes, character by character. */
export class ValueTracker {
  private depth = 0;
  private isInText = false;
  private isEscaped = false;

  begin(): void {
    this.depth = 0;
    this.isInText = false;
    this.isEscaped = false;
  }

  /**
   * Where, from `at` on, the next character stands that can change anything. Most of a page is in quotes: there, only a quote or a
   * backslash can.
   */
  nextStep(text: string, at: number): number {
    if (!this.isInText || this.isEscaped) return at;
    let next = at;
    for (; next < text.length; next++) {
      const character = text.charCodeAt(next);
      if (character === QUOTE || character === BACKSLASH) break;
    }
    return next;
  }

  /** Whether the value goes on, ends with this character, or has ended before it. */
  step(character: number): 'inside' | 'last' | 'beyond' {
    if (this.isInText) {
      if (this.isEscaped) this.isEscaped = false;
      else if (character === BACKSLASH) this.isEscaped = true;
      else if (character === QUOTE) {
        this.isInText = false;
        if (this.depth === 0) return 'last';
      }
      return 'inside';
    }
    switch (character) {
      case QUOTE:
        this.isInText = true;
        return 'inside';
      case OPEN_LIST:
      case OPEN_OBJECT:
        this.depth++;
        return 'inside';
      case CLOSE_LIST:
      case CLOSE_OBJECT:
        if (this.depth === 0) return 'beyond';
        this.depth--;
        return this.depth === 0 ? 'last' : 'inside';
      default:
        return this.depth === 0 && (character === COMMA || isBlank(character)) ? 'beyond' : 'inside';
    }
  }
}
