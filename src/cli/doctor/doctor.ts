import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { EmayImsError, EmayImsModule, type EmayImsService } from 'nestjs-emay-ims';
import { sqlitePath } from '../../config/database-url.js';
import { isSandbox, type Environment } from '../../config/environment.js';
import { dataSourceOptions, emayImsOptions } from '../../config/options.js';
import { StartError } from '../../start/start-error.js';
import { errorCode } from '../error-code.js';
import { failureOf } from '../failure.js';
import { withGateway, type Gateway } from '../gateway.js';
import type { Session } from '../session.js';
import { checkClock, type ClockReading } from './clock-check.js';
import { checkLines, exitCodeOf, fail, notVerified, ok, type Check } from './check.js';
import { checkGateway } from './gateway-checks.js';
import { checkDisks, checkNode, checkSpool } from './machine-checks.js';
import { examineServer } from './server-database.js';
import { checkSignature, pullOne as pullOneReport } from './signature-check.js';

export interface DoctorOptions {
  pullOne?: boolean;
}

/** Stands in for a simulator that is not started yet. */
const ANY_GATEWAY = { baseUrl: 'http://127.0.0.1:1', appId: 'sandbox', secretKey: 'sandbox-sandbox!' };

/** Looks at everything the service needs and says what to do about what is not in order. */
export async function doctor(session: Session, { pullOne = false }: DoctorOptions): Promise<number> {
  const checks = [checkNode(process.versions.node)];
  const { check, environment } = readOptions(session);
  checks.push(check);
  if (environment === null) {
    checks.push(notVerified('all else', 'needs the options'));
  } else {
    if (pullOne && !isSandbox(environment)) {
      session.terminal.note(
        '--pull-one: ONE WAITING DELIVERY REPORT is taken from the gateway, which forgets it. It is stored in the ' +
          'database and applied, as in any pull.',
      );
    }
    checks.push(...(await examine(environment, pullOne)));
  }
  const exitCode = exitCodeOf(checks);
  session.terminal.answer({ exitCode, checks }, checkLines(checks));
  return exitCode;
}

function readOptions(session: Session): { check: Check; environment: Environment | null } {
  try {
    const environment = session.configuration();
    EmayImsModule.forRoot(emayImsOptions(environment, isSandbox(environment) ? ANY_GATEWAY : null));
    return {
      check: ok('options', isSandbox(environment) ? 'sandbox: no credentials are set' : 'complete'),
      environment,
    };
  } catch (error) {
    return { check: fail('options', failureOf(error).message), environment: null };
  }
}

async function examine(environment: Environment, pulls: boolean): Promise<Check[]> {
  const { EMAY_IMS_SPOOL_PATH: spool, EMAY_IMS_DATABASE_URL: url } = environment;
  const dataSource = dataSourceOptions(environment);
  const path = sqlitePath(url) ?? '';
  const files = dataSource === null ? [spool, dirname(path)] : [spool];
  const disk = [await checkSpool(spool), ...(await checkDisks(files))];
  if (dataSource === null) {
    // Made where there is none; one of an earlier release is not updated.
    const file = `${path}${existsSync(path) ? '' : ' (made just now)'}`;
    return [...disk, ...(await examineOpened(environment, pulls, [], (ims) => checkFile(ims, file)))];
  }
  const { checks, clock, isUsable } = await examineServer(dataSource);
  const clocks = clock ? [clock] : [];
  const beyond = isUsable
    ? await examineOpened(environment, pulls, clocks)
    : await examineGateway(urlsOf(environment, null), clocks, UNPROVEN);
  return [...disk, ...checks, ...beyond];
}

/** Starts the module on the database, and looks at the gateway with it; without it where the start is refused. */
async function examineOpened(
  environment: Environment,
  pulls: boolean,
  clocks: readonly ClockReading[],
  checkDatabase?: (ims: EmayImsService) => Promise<Check>,
): Promise<Check[]> {
  try {
    return await withGateway(environment, {}, async (gateway) => {
      const urls = urlsOf(environment, gateway.sandboxUrl);
      return [
        ...(checkDatabase ? [await checkDatabase(gateway.ims)] : []),
        ...(await examineGateway(urls, clocks, proveSignature(gateway, environment, urls, pulls))),
      ];
    });
  } catch (error) {
    const beyond = await examineGateway(urlsOf(environment, null), clocks, UNPROVEN);
    return [fail('database', refusalOf(error)), ...beyond];
  }
}

/** What our own errors say tells what to do. */
function refusalOf(error: unknown): string {
  if (error instanceof EmayImsError || error instanceof StartError) return error.message;
  return `the service cannot start with it (${errorCode(error)})`;
}

async function checkFile(ims: EmayImsService, path: string): Promise<Check> {
  try {
    await ims.stats();
    // Needs the file's write lock, and finds nothing to change: ids hold no blanks.
    await ims.cancel('the doctor');
    return ok('database', `${path}: read, and locked for writing; migrations up to date`);
  } catch (error) {
    return fail('database', `${path}: ${failureOf(error).message}`);
  }
}

async function examineGateway(
  urls: readonly string[],
  clocks: readonly ClockReading[],
  signatures: Promise<Check[]>,
): Promise<Check[]> {
  const found = await Promise.all(urls.map((url) => checkGateway(url)));
  const readings = found.flatMap(({ clock }) => clock ?? []);
  return [...found.flatMap(({ checks }) => checks), checkClock(readings, clocks), ...(await signatures)];
}

async function proveSignature(
  { client, ims }: Gateway,
  { EMAY_IMS_TRANSPORT: transport }: Environment,
  urls: readonly string[],
  pulls: boolean,
): Promise<Check[]> {
  return pulls ? [await pullOneReport(ims)] : checkSignature(client, transport, urls);
}

const UNPROVEN = Promise.resolve([notVerified('signature', 'the database comes first')]);

function urlsOf({ EMAY_IMS_BASE_URL: baseUrl = '' }: Environment, sandboxUrl: string | null): string[] {
  if (sandboxUrl !== null) return [sandboxUrl];
  return baseUrl.split(',').flatMap((url) => url.trim() || []);
}
