/** A host that keeps an SQLite file and closes nothing: it must wait for its last write, and end by itself. */
const [built, path] = process.argv.slice(-2);
const { openEmbeddedSqlite } = await import(`${built}/schema/embedded-sqlite.js`);
const { ImsDatabase } = await import(`${built}/database/ims-database.js`);

const database = new ImsDatabase(await openEmbeddedSqlite(path));
const insert = "INSERT INTO emay_ims_lease (name, holder, expires_at) VALUES ('last', 'a', 0)";
void database.run(insert).then((changed) => process.stdout.write(`changed: ${changed}\n`));
