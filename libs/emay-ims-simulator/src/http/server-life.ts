import type { Server } from 'node:http';

/** Node's five seconds would reset reused connections that the gateway is not known to drop so soon (assumed). */
const KEEP_ALIVE_MS = 60_000;

/** Resolves with the port once connections are taken. */
export function listen(server: Server, { host, port }: { host: string; port: number }): Promise<number> {
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}

/** Drops idle and busy connections alike: a hanging exchange must not hold up the end. */
export function stopServer(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
    server.closeAllConnections();
  });
}
