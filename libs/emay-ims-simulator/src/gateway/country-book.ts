import type { CountryProfile, CountryProfiles, DelayProfile } from '../circumstances/country-profile.js';
import { DELIVERED, type PlannedReport, planReport } from '../circumstances/planned-report.js';

/** The 95th percentile of the standard normal distribution. */
const Z95 = 1.6448536269514722;

interface Country {
  readonly delay: DelayProfile;
  readonly reportLoss: number;
  /** Each outcome with the upper end of its share of [0, 1). */
  readonly outcomes: readonly { readonly upTo: number; readonly planned: readonly PlannedReport[] }[];
}

const NO_REPORT: readonly PlannedReport[] = [];

/** Draws outcomes and delays for each country. One random sequence for all: the same sends in the same order end alike. */
export class CountryBook {
  private readonly countries = new Map<string, Country>();
  private readonly others: Country;
  private readonly longestCode: number;

  constructor(
    profiles: CountryProfiles,
    private readonly defaultDelay: DelayProfile,
    private readonly random: () => number,
  ) {
    for (const [code, profile] of Object.entries(profiles)) this.countries.set(code, this.country(profile));
    this.others = this.countries.get('*') ?? this.country({});
    this.longestCode = Math.max(0, ...[...this.countries.keys()].map((code) => code.length));
  }

  /** The reports that a message to this number will get. */
  draw(mobile: string): readonly PlannedReport[] {
    const { reportLoss, outcomes } = this.countryOf(mobile);
    if (reportLoss > 0 && this.random() < reportLoss) return NO_REPORT;
    if (outcomes.length <= 1) return outcomes[0]?.planned ?? DELIVERED;
    const drawn = this.random();
    return (outcomes.find(({ upTo }) => drawn < upTo) ?? outcomes.at(-1)!).planned;
  }

  /** Milliseconds from acceptance to the carrier's report. */
  drawDelay(mobile: string): number {
    const { delay } = this.countryOf(mobile);
    if (typeof delay === 'number') return delay;
    if ('median' in delay) {
      const sigma = Math.log(delay.p95 / delay.median) / Z95;
      return Math.round(delay.median * Math.exp(sigma * this.drawNormal()));
    }
    const { min, max } = delay;
    return min === max ? min : Math.floor(min + this.random() * (max - min + 1));
  }

  private countryOf(mobile: string): Country {
    for (let length = this.longestCode; length > 0; length--) {
      const country = this.countries.get(mobile.slice(2, 2 + length));
      if (country) return country;
    }
    return this.others;
  }

  private country({ reportDelayMs = this.defaultDelay, outcomes = {}, reportLoss = 0 }: CountryProfile): Country {
    const weights = Object.entries(outcomes).filter(([, weight]) => weight > 0);
    const sum = weights.reduce((total, [, weight]) => total + weight, 0);
    let upTo = 0;
    const shares = weights.map(([state, weight]) => ({ upTo: (upTo += weight / sum), planned: [planReport(state)] }));
    return { delay: reportDelayMs, reportLoss, outcomes: shares };
  }

  /** Box and Muller's. */
  private drawNormal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.random())) * Math.cos(2 * Math.PI * this.random());
  }
}
