import type { Server } from 'node:http';

/** Node's five seconds would reset reused connections that the gateway is not known to drop so soon (assumed). */
const KEEP_ALIVE_MS = 60_000;

/** The port that the gateway listens on. Faults shut it and open it again; shut by two, it opens when both are over. */
export class FrontDoor {
  private port = 0;
  private shutBy = 0;
  private isStopped = false;
  /** The port is opened by a later turn of the event loop; until then there is nothing to close. */
  private opening: Promise<void> | undefined;

  constructor(
    private readonly server: Server,
    private readonly host: string,
  ) {
    server.keepAliveTimeout = KEEP_ALIVE_MS;
    server.on('request', (request, response) => {
      // A connection that was busy as the door was shut must not bring the next request.
      response.once('finish', () => {
        if (this.shutBy > 0) request.socket.end();
      });
    });
  }

  /** Resolves with the port once connections are taken; 0 asks for a free one. Rejects when it is not to be had. */
  listen(port: number): Promise<number> {
    const { server } = this;
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, this.host, () => {
        server.off('error', reject);
        const address = server.address();
        this.port = typeof address === 'object' && address ? address.port : port;
        resolve(this.port);
      });
    });
  }

  /** From now on connections are refused, and idle ones are ended. Answers that are under way are finished. */
  shut(): void {
    if (this.shutBy++ === 0 && !this.isStopped && !this.opening) this.server.close();
  }

  /** Undoes one `shut`. A port that somebody else has taken meanwhile ends the process with that error: see the stack. */
  open(): void {
    if (--this.shutBy === 0 && !this.isStopped) this.opening ??= this.reopen();
  }

  private async reopen(): Promise<void> {
    try {
      await this.listen(this.port);
    } catch (error) {
      // Nobody waits for it, and who stops needs no port.
      if (!this.isStopped) {
        process.nextTick(() => {
          throw error;
        });
      }
    }
    this.opening = undefined;
    if (this.shutBy > 0 && !this.isStopped) this.server.close();
  }

  /** Does not keep the process alive any more. */
  unref(): void {
    this.server.unref();
  }

  /** Drops idle and busy connections alike: a hanging exchange must not hold up the end. */
  async stop(): Promise<void> {
    this.isStopped = true;
    await this.opening;
    await new Promise<void>((resolve, reject) => {
      if (this.server.listening) this.server.close((error) => (error ? reject(error) : resolve()));
      else resolve();
      this.server.closeAllConnections();
    });
  }
}
