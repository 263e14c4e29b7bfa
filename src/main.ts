import { existsSync } from 'node:fs';
import { Logger } from '@nestjs/common';
import { createApp } from './create-app.js';
import { describeDatabase } from './config/database-url.js';
import { isSandbox, readEnvironment } from './config/environment.js';
import { howToTry } from './config/how-to-try.js';
import { SandboxGateway } from './sandbox/sandbox-gateway.js';

async function main(): Promise<void> {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const environment = readEnvironment(process.env);
  const app = await createApp(environment);
  await app.listen(environment.PORT, environment.HOST);
  const url = (await app.getUrl()).replace('[::1]', 'localhost');
  const logger = new Logger('SmsGateway');
  if (isSandbox(environment)) {
    const { baseUrl } = app.get(SandboxGateway).connection;
    logger.log('SANDBOX: messages go to a simulator in this process; nothing is sent, nothing costs money');
    logger.log(`Play the gateway's operator: ${baseUrl}/`);
  }
  logger.log(`Messages are kept in ${describeDatabase(environment.EMAY_IMS_DATABASE_URL)}`);
  logger.log(`Listening on ${url}`);
  logger.log(howToTry(url, environment));
}

main().catch((error: unknown) => {
  new Logger('SmsGateway').error(error instanceof Error ? error.message : 'The application could not start.');
  process.exitCode = 1;
});
