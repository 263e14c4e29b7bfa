/** What the clients of socket.io and of `ws` have. */
interface SocketClient {
  readonly readyState?: unknown;
  send?(data: string): void;
  emit?(event: string, payload: object): void;
}

/**
 * Tells a client of a gateway, as Nest's own filter does. Thrown, it would end the process: behind a filter of a gateway nobody
 * catches.
 */
export function emitException(client: SocketClient, payload: object): void {
  // `emit` of `ws` is an event of the process; only the state tells its clients from those of socket.io.
  if (typeof client.readyState === 'number') client.send?.(JSON.stringify({ event: 'exception', data: payload }));
  else client.emit?.('exception', payload);
}
