import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/**
 * The default driver, counting its connections in whatever thread: a module in `folder`, which has a file of what was opened and closed.
 */
export function countingDriver(folder: string, { failAtOpening = 0 } = {}) {
  const driver = join(folder, `counting-${randomUUID()}.cjs`);
  const noted = `${driver}.txt`;
  const source = `
    const { appendFileSync, readFileSync } = require('node:fs');
    const Database = require(${JSON.stringify(createRequire(import.meta.url).resolve('libsql'))});
    const note = (letter) => appendFileSync(${JSON.stringify(noted)}, letter);
    module.exports = class CountedDatabase extends Database {
      constructor(...parameters) {
        note('o');
        if (readFileSync(${JSON.stringify(noted)}, 'utf8').split('o').length - 1 === ${failAtOpening}) {
          note('f');
          throw new Error('no further connection');
        }
        try {
          super(...parameters);
        } catch (error) {
          note('f');
          throw error;
        }
        this.isCounted = true;
      }
      close() {
        if (this.isCounted) note('c');
        this.isCounted = false;
        return super.close();
      }
    };`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(driver, source);
  writeFileSync(noted, '');
  const times = (letter: string) => readFileSync(noted, 'utf8').split(letter).length - 1;
  return { driver, count: () => ({ opened: times('o'), open: times('o') - times('f') - times('c') }) };
}
