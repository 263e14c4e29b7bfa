import type { Server } from 'node:http';
import { ExpressAdapter } from '@nestjs/platform-express';
import { openTo } from './service-server.js';

/** Express on a server of ours, which may be listening already: Nest's `listen` then opens it to the application. */
export class ServiceAdapter extends ExpressAdapter {
  constructor(private readonly server: Server) {
    super();
  }

  override initHttpServer(): void {
    this.httpServer = this.server;
  }

  override listen(port: string | number, ...rest: unknown[]): Server {
    openTo(this.server, this.getInstance());
    if (!this.server.listening) return super.listen(port as number, ...(rest as [])) as Server;
    const started = rest.at(-1);
    if (typeof started === 'function') started();
    return this.server;
  }
}
