import type { Server } from 'node:http';
import { errorCode } from '../config/error-code.js';
import { StartError } from './start-error.js';

/**
 * Takes the port.
 *
 * @throws StartError where it is not to be had
 */
export async function listen(server: Server, port: number, host: string): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, () => {
        server.off('error', reject);
        resolve();
      });
    });
  } catch (error) {
    const code = errorCode(error);
    throw new StartError(`The service cannot listen on HOST ${host}, PORT ${port} (${code}). ${adviceFor(code)}`, code);
  }
}

function adviceFor(code: string): string {
  switch (code) {
    case 'EADDRINUSE':
      return 'Another process has this port: end that one, or set PORT to another.';
    case 'EACCES':
      return 'This user may not take it: set PORT to one above 1023.';
    case 'EADDRNOTAVAIL':
      return 'This machine has no such address: set HOST to one of its own, or to 127.0.0.1.';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'HOST cannot be resolved: set it to an address of this machine, such as 127.0.0.1.';
    default:
      return 'Set HOST to an address of this machine, and PORT to a free port.';
  }
}
