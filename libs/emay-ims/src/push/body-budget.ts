/** Pushes at a time; beyond it, one is answered 503. */
const MAX_OPEN = 256;
/** Bytes of all bodies that are read or stored, at a time. Each takes some three times its length while its cipher is taken off. */
const MAX_BYTES = 16 * 1024 * 1024;
/** A body that has come for longer gives way to others where there is no room: the gateway's take milliseconds. */
const FOR_ITSELF_MS = 500;

/** What all pushes together may take of this process. */
export class BodyBudget {
  private open = 0;
  private bytes = 0;
  /** How to end bodies that are still coming, the oldest first, with when they began. */
  private readonly coming = new Map<() => void, number>();

  /** `null`: there are too many. */
  enter(): BodyShare | null {
    if (!this.makeRoom(() => this.open < MAX_OPEN)) return null;
    this.open++;
    let taken = 0;
    let isLeft = false;
    const leave = () => {
      if (isLeft) return;
      isLeft = true;
      this.bytes -= taken;
      this.open--;
    };
    return {
      comes: (giveWay) => {
        const end = () => {
          leave();
          giveWay();
        };
        this.coming.set(end, performance.now());
        return () => void this.coming.delete(end);
      },
      take: (bytes) => {
        if (!this.makeRoom(() => this.bytes + bytes <= MAX_BYTES) || isLeft) return false;
        this.bytes += bytes;
        taken += bytes;
        return true;
      },
      leave,
    };
  }

  private makeRoom(hasRoom: () => boolean): boolean {
    for (const [end, since] of this.coming) {
      if (hasRoom() || performance.now() < since + FOR_ITSELF_MS) break;
      this.coming.delete(end);
      end();
    }
    return hasRoom();
  }
}

/** What one push takes of it. */
export interface BodyShare {
  /** Its body begins to come. Called back where it has to give way; returns what to call once it has come. */
  comes(giveWay: () => void): () => void;
  /** `false`: all together would have too much. */
  take(bytes: number): boolean;
  leave(): void;
}
