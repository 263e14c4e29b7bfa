/**
 * One of several processes that open the same database at once: says it is ready, and begins when it is told to.
 * Arguments: how (`locked`, `plain`, `retried`, `embedded`), the type of the database, its URL or path.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { DataSource } from 'typeorm';

const built = '../../libs/emay-ims/dist/schema';
const { openEmbeddedSqlite } = await import(`${built}/embedded-sqlite.js`);
const { EMAY_IMS_ENTITIES } = await import(`${built}/entities.js`);
const { EMAY_IMS_MIGRATIONS } = await import(`${built}/migrations/index.js`);
const { runEmayImsMigrations } = await import(`${built}/run-migrations.js`);

const [how, type, url] = process.argv.slice(2);
const options = { type, url, entities: EMAY_IMS_ENTITIES, migrations: EMAY_IMS_MIGRATIONS, migrationsRun: true };

const open = {
  locked: () => runEmayImsMigrations(new DataSource(options)),
  plain: () => new DataSource(options).initialize(),
  embedded: () => openEmbeddedSqlite(url),
  /** As `TypeOrmModule` does it. */
  async retried() {
    for (let attempt = 1; ; attempt++) {
      try {
        return await new DataSource(options).initialize();
      } catch (error) {
        if (attempt === 10) throw error;
        await pause(100);
      }
    }
  },
};

process.once('message', async () => {
  let failure = null;
  try {
    const source = await open[how]();
    await source.query('SELECT 1 FROM emay_ims_message WHERE 1 = 0');
    await source.destroy();
  } catch (error) {
    failure = String(error?.stack ?? error);
  }
  process.send({ failure }, () => process.disconnect());
});
process.send('ready');
