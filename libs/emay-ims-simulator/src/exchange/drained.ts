/** Resolves when a stream takes more again, or when the connection behind it is gone. */
export function drained(stream: NodeJS.EventEmitter, connection: NodeJS.EventEmitter = stream): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      stream.off('drain', done);
      connection.off('close', done);
      resolve();
    };
    stream.on('drain', done);
    connection.on('close', done);
  });
}
