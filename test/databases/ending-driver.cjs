/** The default driver, in a thread that ends by itself at statements that say so, and at the COMMIT of a transaction with such a mark. */
const { isMainThread } = require('node:worker_threads');
const Database = require('libsql');

let isMarked = false;

module.exports = class EndingDatabase extends Database {
  prepare(sql) {
    const statement = super.prepare(sql);
    if (isMainThread) return statement;
    if (sql.includes('/* the thread ends */')) process.exit();
    if (sql.includes('/* it ends at COMMIT */')) isMarked = true;
    if (sql !== 'COMMIT') return statement;
    return {
      reader: false,
      run() {
        const result = statement.run();
        if (isMarked) process.exit();
        return result;
      },
    };
  }
};
