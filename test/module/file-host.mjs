/** A Nest application with an SQLite file, started and closed. */
import 'reflect-metadata';

const [entry, path, driver] = process.argv.slice(2);
const { NestFactory } = await import('@nestjs/core');
const { EmayImsModule } = await import(entry);
const module = EmayImsModule.forRoot({
  baseUrl: 'http://127.0.0.1:9',
  appId: 'app',
  secretKey: 'key',
  database: { type: 'sqlite', path, driver },
  dispatch: { enabled: false },
  reports: { enabled: false },
});
const app = await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
await app.close();
process.stdout.write('closed\n');
