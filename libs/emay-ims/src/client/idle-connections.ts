import type { Agent } from 'node:http';
import type { Socket } from 'node:net';
import { elapsedSince, type EmayImsClock } from '../time/clock.js';

/**
 * How long the connections of an agent that are kept alive have been idle.
 *
 * - The agent closes them by a timer, which stands still while the machine is suspended. On waking, their other end has long been closed, and
 *   a request that goes out on one is UNCONFIRMED.
 */
export class IdleConnections {
  private readonly idleMs = new WeakMap<Socket, () => number>();

  constructor(
    private readonly agent: Agent,
    private readonly clock: EmayImsClock,
  ) {
    agent.on('free', (socket: Socket) => this.idleMs.set(socket, elapsedSince(this.clock)));
  }

  /** Closes those that the agent's timer should have closed. Call it before a request is given a connection. */
  closeOverdue(): void {
    for (const sockets of Object.values(this.agent.freeSockets)) {
      // What was free before one that is overdue goes, too: the agent passes over closed ones only at the beginning.
      const last = sockets?.findLastIndex((socket) => this.isOverdue(socket)) ?? -1;
      for (const socket of sockets?.slice(0, last + 1) ?? []) socket.destroy();
    }
  }

  private isOverdue(socket: Socket): boolean {
    return !!socket.timeout && (this.idleMs.get(socket)?.() ?? 0) >= socket.timeout;
  }
}
