import { afterAll, beforeAll, describe } from '@jest/globals';
import { itApplies } from './store/applying.js';
import { itClaims } from './store/claiming.js';
import { itFinds } from './store/finding.js';
import { itLists } from './store/listing.js';
import { itSettles } from './store/recording-outcomes.js';
import { StoreBench, type OpenDatabase } from './store/store-bench.js';
import { itStores } from './store/storing.js';
import { itSweeps } from './store/sweeping.js';
import { itStandsConcurrency } from './store/together.js';

/** What a message store must do, whatever the database. */
export function describeMessageStore(name: string, openDatabase: () => Promise<OpenDatabase>): void {
  describe(`the message store on ${name}`, () => {
    let bench: StoreBench;
    beforeAll(async () => {
      bench = await StoreBench.open(openDatabase);
    });
    afterAll(() => bench.close());

    const theBench = () => bench;
    itStores(theBench);
    itClaims(theBench);
    itSettles(theBench);
    itSweeps(theBench);
    itApplies(theBench);
    itFinds(theBench);
    itStandsConcurrency(theBench);
    itLists(theBench);
  });
}
