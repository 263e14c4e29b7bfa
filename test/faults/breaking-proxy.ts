import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** How long the server has for a question whose answer gets lost. */
const ANSWERED_WITHIN_MS = 60;

interface Connection {
  client: Socket;
  server: Socket;
  isSilent: boolean;
}

/**
 * A way to a server on which connections can break in ways of their own.
 *
 * - Silent, as behind a firewall that has forgotten them: nothing is forwarded any more, neither way, not even that
 *   somebody has closed it. New connections get through.
 * - Deaf: new connections are silent from their beginning.
 * - Without an answer: the server gets a question and does what it says, and the connection ends before anybody hears.
 */
export class BreakingProxy {
  connections = new Set<Connection>();
  /** Asked for each piece that is sent to the server, with all that the server said since the last COMMIT: is its answer lost? */
  losesAnswerTo: (piece: Buffer, answered: Buffer) => boolean = () => false;
  isDeaf = false;
  /** Where it listens, or did. */
  port = 0;

  private readonly listener: Server;

  private constructor(target: { host: string; port: number }) {
    this.listener = createServer((client) => this.accept(client, connect(target)));
  }

  static async start(target: { host: string; port: number }, port = 0): Promise<BreakingProxy> {
    const proxy = new BreakingProxy(target);
    proxy.listener.listen(port, '127.0.0.1');
    await once(proxy.listener, 'listening');
    proxy.port = (proxy.listener.address() as AddressInfo).port;
    return proxy;
  }

  /** Silences those connections of today that the choice takes; returns how many. */
  silence(choose: () => boolean): number {
    const chosen = [...this.connections].filter((connection) => !connection.isSilent && choose());
    for (const connection of chosen) {
      connection.isSilent = true;
      for (const socket of [connection.client, connection.server]) {
        socket.unpipe();
        socket.resume(); // What still comes is dropped.
      }
    }
    return chosen.length;
  }

  /** The server's own patience is over: it learns that those who are silent are gone. They don't. */
  forget(): void {
    for (const { server, isSilent } of this.connections) if (isSilent) server.destroy();
  }

  async stop(): Promise<void> {
    for (const { client, server } of this.connections) {
      client.destroy();
      server.destroy();
    }
    this.listener.close();
    await once(this.listener, 'close');
  }

  private accept(client: Socket, server: Socket): void {
    const connection: Connection = { client, server, isSilent: this.isDeaf };
    this.connections.add(connection);
    const ways: [Socket, Socket][] = [
      [client, server],
      [server, client],
    ];
    for (const [socket, other] of ways) {
      socket.setNoDelay(true);
      if (connection.isSilent) socket.resume();
      else socket.pipe(other, { end: false });
      socket.on('error', () => undefined); // Its `close` follows.
      socket.once('close', () => {
        if (connection.isSilent) return;
        this.connections.delete(connection);
        other.destroy();
      });
    }
    let answered: Buffer = Buffer.alloc(0);
    server.on('data', (piece: Buffer) => (answered = Buffer.concat([answered, piece])));
    client.on('data', (piece: Buffer) => {
      const isLost = !connection.isSilent && this.losesAnswerTo(piece, answered);
      if (piece.includes('COMMIT')) answered = Buffer.alloc(0);
      if (!isLost) return;
      server.unpipe();
      server.resume();
      setTimeout(() => client.destroy(), ANSWERED_WITHIN_MS);
    });
  }
}
