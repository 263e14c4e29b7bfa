import { resolve } from 'node:path';
import libsql from 'libsql';
import { errorCode } from '../config/error-code.js';
import { StartError } from '../start/start-error.js';

const LOCK_FILE = 'sandbox.lock';

/**
 * Keeps a folder for one sandbox: each has a gateway of its own, and would take the messages and reports of the other. The
 * lock is the operating system's, through SQLite, so that of a killed process is gone with it.
 */
export class SandboxLock {
  private constructor(private readonly connection: { close(): unknown }) {}

  /** @throws StartError where another process holds it */
  static take(folder: string): SandboxLock {
    const connection = new libsql(resolve(folder, LOCK_FILE));
    try {
      connection.pragma('busy_timeout = 0');
      connection.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      connection.close();
      const code = errorCode(error);
      throw new StartError(
        `Another sandbox works in ${folder} (${code}), and each would take the messages of the other: end that one, start this one in ` +
          'another folder, or set EMAY_IMS_DATABASE_URL and EMAY_IMS_SPOOL_PATH to other places.',
        code,
      );
    }
    return new SandboxLock(connection);
  }

  release(): void {
    this.connection.close();
  }
}
