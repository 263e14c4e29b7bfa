import Database from 'libsql';

/** The default driver, counting its connections. */
export function countingDriver({ failAtOpening = 0 } = {}) {
  const count = { opened: 0, open: 0 };
  class CountedDatabase extends Database {
    private isCounted = true;

    constructor(...parameters: ConstructorParameters<typeof Database>) {
      if (++count.opened === failAtOpening) throw new Error('no further connection');
      super(...parameters);
      count.open++;
    }

    override close() {
      if (this.isCounted) count.open--;
      this.isCounted = false;
      return super.close();
    }
  }
  return { driver: CountedDatabase as unknown, count };
}
