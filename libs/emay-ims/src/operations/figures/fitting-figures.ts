import type { FigureRow, FigureSlot, Figures as RollUp } from '../../figures/figures.js';
import type { Figures } from './figures-source.js';
import { totalOf } from './summary.js';

/** Every page asks for them. */
const TOTALS_MS = 2_000;
/** Fewer than these are counted when they are asked for: nobody waits for the roll-up to see a first message. */
const SMALL = 20_000;

type Totals = Awaited<ReturnType<Figures['totals']>>;

/** Reads figures from the roll-up, and counts them where there are few messages. */
export class FittingFigures implements Figures {
  private last: { totals: Promise<Totals>; at: number } | null = null;

  constructor(
    private readonly rollUp: RollUp,
    private readonly live: Figures,
  ) {}

  totals(): Promise<Totals> {
    if (this.last === null || performance.now() - this.last.at > TOTALS_MS) {
      const totals = this.rollUp.totals();
      this.last = { totals, at: performance.now() };
      totals.catch(() => (this.last = null));
    }
    return this.last.totals;
  }

  async rows(query: Parameters<Figures['rows']>[0]): Promise<FigureRow[]> {
    return (await this.fitting()).rows(query);
  }

  async sums(query: Parameters<Figures['sums']>[0]): Promise<FigureRow[]> {
    return (await this.fitting()).sums(query);
  }

  async slotsWith(query: Parameters<Figures['slotsWith']>[0]): Promise<FigureSlot[]> {
    return (await this.fitting()).slotsWith(query);
  }

  async asOf(): Promise<Date | null> {
    return (await this.fitting()).asOf();
  }

  async tellsApart(): ReturnType<Figures['tellsApart']> {
    return (await this.fitting()).tellsApart();
  }

  private async fitting(): Promise<Omit<Figures, 'totals'>> {
    const { counts, asOf } = await this.totals();
    return asOf === null && totalOf(counts) < SMALL ? this.live : this.rollUp;
  }
}
