import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** How the protocol of MySQL begins a packet: its length in three bytes, and its number. */
const HEADER_BYTES = 4;
/** The first byte of a packet that holds a statement, and of one that refuses it. */
const QUERY = 3;
const ERROR = 0xff;

/** An error of MySQL or MariaDB. */
export interface Refusal {
  errno: number;
  sqlState: string;
}

/** A way to a MySQL or MariaDB that refuses statements in its place: the server does not hear of them. */
export class RefusingProxy {
  /** Asked for each statement, with the number of its connection: is it refused? */
  refuses: (sql: string, connection: number) => Refusal | null = () => null;
  /** How many connections there have been: the number of the last one. */
  connections = 0;
  port = 0;

  private readonly sockets = new Set<Socket>();
  private readonly listener: Server;

  private constructor(target: { host: string; port: number }) {
    this.listener = createServer((client) => this.accept(client, connect(target)));
  }

  static async start(target: { host: string; port: number }): Promise<RefusingProxy> {
    const proxy = new RefusingProxy(target);
    proxy.listener.listen(0, '127.0.0.1');
    await once(proxy.listener, 'listening');
    proxy.port = (proxy.listener.address() as AddressInfo).port;
    return proxy;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.listener.close();
    await once(this.listener, 'close');
  }

  private accept(client: Socket, server: Socket): void {
    const number = ++this.connections;
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.sockets.add(socket);
      socket.on('error', () => undefined); // Its `close` follows.
      socket.once('close', () => {
        this.sockets.delete(socket);
        other.destroy();
      });
    }
    server.pipe(client);
    // What is still to come of the packet, and whether it is refused.
    let left = 0;
    let refusal: Refusal | null = null;
    client.on('data', (piece: Buffer) => {
      if (left <= 0) {
        left = HEADER_BYTES + piece.readUIntLE(0, 3);
        refusal = piece[HEADER_BYTES] === QUERY ? this.refuses(piece.toString('latin1'), number) : null;
      }
      left -= piece.length;
      if (!refusal) server.write(piece);
      else if (left <= 0) client.write(packetOf(refusal));
    });
  }
}

function packetOf({ errno, sqlState }: Refusal): Buffer {
  const body = Buffer.from(`___#${sqlState}refused by the proxy`);
  body.writeUInt8(ERROR, 0);
  body.writeUInt16LE(errno, 1);
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUIntLE(body.length, 0, 3);
  header.writeUInt8(1, 3);
  return Buffer.concat([header, body]);
}
