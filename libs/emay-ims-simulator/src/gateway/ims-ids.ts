import { threadId } from 'node:worker_threads';
import type { WireTime } from '../wire/wire-time.js';

const BLOCK = 100;
/** Keeps apart what several processes and threads give out in the same millisecond. */
const WRITER = String((process.pid + threadId) % 100).padStart(2, '0');

/** The last block of each day, whichever gateway of this process took it. */
const lastBlocks = new Map<number, number>();

/**
 * Message ids: 20 digits, increasing, as in the document's §2.1.2.2.
 * - The day of the start, a block of eight digits that begins at the millisecond of that day, two digits of the process, and the
 *   place in the block. So a simulator started later on the same day goes on above an earlier one that took fewer than a
 *   hundred messages each millisecond.
 * - No two gateways of a process share a block, whatever their clocks show.
 * - Beyond 2^53 on purpose: a client that reads an id as a number loses digits here as it would there.
 */
export class ImsIds {
  private readonly day: number;
  private readonly firstBlock: number;
  private block = -1;
  private frontOfBlock = '';
  private next = 0;

  constructor(startedAt: number, time: WireTime) {
    this.day = Number(time.timestamp(startedAt).slice(0, 8)) * 10 ** 8;
    this.firstBlock = this.day + time.millisecondOfDay(startedAt);
  }

  /** The place of the next message. */
  take(): number {
    if (this.next % BLOCK === 0) this.next = this.takeBlock(this.next / BLOCK) * BLOCK;
    return this.next++;
  }

  /** The id at a place. */
  at(place: number): string {
    const block = Math.floor(place / BLOCK);
    // A hundred neighbours share eighteen digits: writing those once takes a tenth off what a call of 300 costs.
    if (block !== this.block) {
      this.block = block;
      this.frontOfBlock = String(this.firstBlock + block) + WRITER;
    }
    return this.frontOfBlock + String(place % BLOCK).padStart(2, '0');
  }

  /** This block behind the first, or the next that no gateway has. */
  private takeBlock(asked: number): number {
    const last = lastBlocks.get(this.day) ?? 0;
    const block = Math.max(this.firstBlock + asked, last + 1);
    lastBlocks.set(this.day, block);
    return block - this.firstBlock;
  }
}
