import type { Server } from 'node:http';
import { dirname, resolve } from 'node:path';
import { Logger, type INestApplication } from '@nestjs/common';
import { describeDatabase, sqlitePath } from '../config/database-url.js';
import { loadDotEnv } from '../config/dot-env.js';
import { isSandbox, readEnvironment, type Environment } from '../config/environment.js';
import { errorCode } from '../config/error-code.js';
import { describeSandboxDatabase } from '../config/sandbox-database.js';
import { howToTry } from '../config/how-to-try.js';
import { SERVICE } from '../config/service-name.js';
import { makeFolder, trialWrite } from '../config/writable-folder.js';
import { CONSOLE_PATH } from '../console/console-path.js';
import { createApp } from '../create-app.js';
import { createServiceServer } from '../http/service-server.js';
import { SandboxGateway } from '../sandbox/sandbox-gateway.js';
import { SandboxLock } from '../sandbox/sandbox-lock.js';
import { SANDBOX_HEADERS } from '../sandbox/sandbox-mark.interceptor.js';
import { listen } from './listen.js';
import { StartError } from './start-error.js';

/** What has been opened so far, for whoever has to close it. */
export interface Opened {
  server?: Server;
  app?: INestApplication;
  /** Held to the end of the process. */
  locks?: readonly SandboxLock[];
}

/**
 * Starts the service. What can be missing is asked for before anything is at work: nothing is sent, and no report is
 * fetched, by an instance that cannot serve.
 *
 * @throws StartError, EmayImsError, or whatever nobody thought of
 */
export async function serve(opened: Opened): Promise<void> {
  loadDotEnv();
  const environment = readEnvironment(process.env);
  await ensureFolders(environment);
  if (isSandbox(environment)) opened.locks = lockFolders(environment);
  opened.server = createServiceServer(isSandbox(environment) ? SANDBOX_HEADERS : {});
  await listen(opened.server, environment.PORT, environment.HOST);
  opened.app = await createApp(environment, opened.server);
  await opened.app.listen(environment.PORT, environment.HOST);
  const url = (await opened.app.getUrl()).replace('[::1]', 'localhost');
  if (isSandbox(environment)) pushFromSandbox(environment, opened.app.get(SandboxGateway), url);
  announce(environment, opened.app, url);
}

/** As Emay would be asked to, where the variables say that reports are pushed. */
function pushFromSandbox(environment: Environment, gateway: SandboxGateway, url: string): void {
  const { EMAY_IMS_PUSH_PATH: path, EMAY_IMS_PUSH_SECRET: secret, EMAY_IMS_REPORTS_SOURCE: source } = environment;
  if (path === undefined || source === 'pull') return;
  const address = new URL(path.replace(/\/?$/, secret === undefined ? '' : `/${secret}`), url);
  gateway.pushTo(address.href, {
    form: secret === undefined ? 'encrypted' : 'plain',
    pullBesidePush: source === 'both',
  });
}

/** Too late to find out once the database is away, or a message has come. */
async function ensureFolders({ EMAY_IMS_SPOOL_PATH: spool, EMAY_IMS_DATABASE_URL: url }: Environment): Promise<void> {
  await ensureFolder(spool, `EMAY_IMS_SPOOL_PATH ${spool}`, 'delivery reports while the database is away');
  const database = sqlitePath(url);
  if (database !== null) {
    await ensureFolder(dirname(resolve(database)), `The folder of EMAY_IMS_DATABASE_URL ${url}`, 'messages');
  }
}

async function ensureFolder(path: string, name: string, content: string): Promise<void> {
  try {
    await makeFolder(resolve(path));
    await trialWrite(path);
  } catch (error) {
    const code = errorCode(error);
    throw new StartError(
      `${name} cannot be written (${code}). Set it to a place that this user may write to, on a disk with room: it keeps ${content}.`,
      code,
    );
  }
}

/** Folders that two sandboxes would share: of the database and of the spool. */
function lockFolders({ EMAY_IMS_SPOOL_PATH: spool, EMAY_IMS_DATABASE_URL: url }: Environment): SandboxLock[] {
  const database = sqlitePath(url);
  const folders = [spool, ...(database === null ? [] : [dirname(database)])].map((folder) => resolve(folder));
  return [...new Set(folders)].map((folder) => SandboxLock.take(folder));
}

function announce(environment: Environment, app: INestApplication, url: string): void {
  const logger = new Logger(SERVICE);
  if (isSandbox(environment)) {
    const { baseUrl } = app.get(SandboxGateway).connection;
    logger.log('SANDBOX: messages go to a simulator in this process; nothing is sent, nothing costs money');
    logger.log(`Simulator's page (play the carrier, inject faults): ${baseUrl}/`);
  }
  if (isSandbox(environment) || environment.CONSOLE_KEY_HASHES !== undefined) {
    logger.log(`Console (every message, what is in doubt, what to do): ${url}${CONSOLE_PATH}`);
  }
  if (!environment.EMAY_IMS_DISPATCH) {
    logger.warn(
      'EMAY_IMS_DISPATCH is false: this instance submits nothing of the queue; a test message of the console, and `send` of the command line, still go',
    );
  }
  const describe = isSandbox(environment) ? describeSandboxDatabase : describeDatabase;
  logger.log(`Messages are kept in ${describe(environment.EMAY_IMS_DATABASE_URL)}`);
  logger.log(`Listening on ${url}`);
  logger.log(howToTry(url, environment));
}
