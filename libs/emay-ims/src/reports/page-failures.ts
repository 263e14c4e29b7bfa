import { EmayImsStoreError } from '../errors/emay-ims-errors.js';

/** How often a page is tried: a fault of the page, not of the moment, is there each time. */
const MAX_ATTEMPTS = 5;
/** The same where the moment seems to be to blame: a page whose own work takes too long says so each time. */
const MAX_ATTEMPTS_OF_THE_MOMENT = 50;
const MAX_REASON_LENGTH = 64;
/** Locks, deadlines, full disks, servers that go: the page is hardly to blame. */
const OF_THE_MOMENT =
  /^(?:(?:\w+_)?TIMEOUT|(?:PROTOCOL_)?CONNECTION_LOST|CONNECTION_DESTROYED|ECONN\w+|EPIPE|ETIMEDOUT|08\w{3}|40\w{3}|53\w{3}|55\w{3}|57\w{3}|58\w{3}|25006|25P0[34]|ER_LOCK_\w+|ER_QUERY_\w+|ER_STATEMENT_TIMEOUT|ER_\w*READ_ONLY\w*|ER_OPTION_PREVENTS_STATEMENT|ER_CHECKREAD|ER_DISK_FULL|ER_RECORD_FILE_FULL|ER_SERVER_SHUTDOWN|ER_SERVER_OFFLINE_MODE|ER_UNKNOWN_COM_ERROR|ER_TRANSACTION_ROLLBACK_DURING_COMMIT|SQLITE_(?:BUSY|LOCKED|FULL|IOERR|READONLY)\w*)$/;

/** After how many failures, the last of them being this one, a page is set aside. */
export function mostAttempts(error: unknown): number {
  const isOfTheMoment = error instanceof EmayImsStoreError && OF_THE_MOMENT.test(error.driverCode);
  return isOfTheMoment ? MAX_ATTEMPTS_OF_THE_MOMENT : MAX_ATTEMPTS;
}

/** The driver's code, or the kind of an error of our own; never a message, which may quote a report. */
export function reasonOf(error: unknown): string {
  const { code, name } = Object(error) as { code?: unknown; name?: unknown };
  const reason = error instanceof EmayImsStoreError ? error.driverCode : (code ?? name);
  return typeof reason === 'string' && reason !== '' ? reason.slice(0, MAX_REASON_LENGTH) : 'UNKNOWN';
}

/** Of a disk's error only the code is told: its message names paths. */
export function failureOf(work: () => Promise<void>): Promise<EmayImsStoreError | null> {
  return work().then(
    () => null,
    (error: unknown) => (error instanceof EmayImsStoreError ? error : new EmayImsStoreError(reasonOf(error))),
  );
}
