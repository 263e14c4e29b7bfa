import type { Armed, FaultSurroundings } from './armed.js';
import type { FaultOrder } from './fault.js';
import { REFUSE_FOR_MS } from './refuse.js';

/**
 * The port, shut for a time. No request comes to tell the time by, so this goes by timers and the host's clock, whatever
 * the gateway's.
 */
export class ShutPort implements Armed {
  remaining = 1;
  private timer: NodeJS.Timeout | undefined;
  private isShut = false;

  constructor(
    { afterMs = 0, forMs = REFUSE_FOR_MS }: FaultOrder,
    private readonly door: FaultSurroundings['door'],
  ) {
    const shut = () => {
      this.isShut = true;
      door.shut();
      if (forMs !== Infinity) this.timer = setTimeout(() => this.cancel(), forMs);
    };
    if (afterMs === 0) shut();
    else this.timer = setTimeout(shut, afterMs);
  }

  take(): undefined {
    return undefined;
  }

  isOver(): boolean {
    return this.remaining === 0;
  }

  cancel(): void {
    if (this.remaining === 0) return;
    this.remaining = 0;
    clearTimeout(this.timer);
    if (this.isShut) this.door.open();
  }
}
