/** Pushes at a time; beyond it, one is answered 503. */
const MAX_OPEN = 256;
/** Bytes of all bodies that are read or stored, at a time. Each takes some three times its length while its cipher is taken off. */
const MAX_BYTES = 16 * 1024 * 1024;

/** What all pushes together may take of this process. */
export class BodyBudget {
  private open = 0;
  private bytes = 0;

  /** `null`: there are too many. */
  enter(): BodyShare | null {
    if (this.open >= MAX_OPEN) return null;
    this.open++;
    let taken = 0;
    return {
      take: (bytes) => {
        if (this.bytes + bytes > MAX_BYTES) return false;
        this.bytes += bytes;
        taken += bytes;
        return true;
      },
      leave: () => {
        this.bytes -= taken;
        taken = 0;
        this.open--;
      },
    };
  }
}

/** What one push takes of it. */
export interface BodyShare {
  /** `false`: all together would have too much. */
  take(bytes: number): boolean;
  leave(): void;
}
