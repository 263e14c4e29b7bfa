import { connect } from 'node:net';

/** PostgreSQL's code of a `CancelRequest`. */
const CANCEL_REQUEST = 80_877_102;
const GIVE_UP_MS = 5_000;

/** What a client of `pg` knows of its connection. */
export interface CancellableConnection {
  host?: string;
  port?: number;
  processID?: number | null;
  secretKey?: number | null;
}

/**
 * Asks PostgreSQL, on a separate connection, to cancel the statement of another connection. The server does not notice that a client has
 * gone: a read that waits for a lock, or a COMMIT that waits for its standby, would keep its connection slot.
 *
 * - Best effort: if the request does not arrive, the statement ends by itself.
 */
export function requestCancel({ host, port, processID, secretKey }: CancellableConnection): void {
  if (!host || !port || typeof processID !== 'number' || typeof secretKey !== 'number') return;
  const request = Buffer.alloc(16);
  [request.length, CANCEL_REQUEST, processID, secretKey].forEach((value, index) => {
    request.writeInt32BE(value, index * 4);
  });
  const socket = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host);
  socket.unref();
  socket.setTimeout(GIVE_UP_MS, () => socket.destroy());
  socket.on('error', () => undefined); // Its `close` follows.
  socket.end(request);
}
