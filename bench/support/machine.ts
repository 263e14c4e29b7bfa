import { cpus, totalmem } from 'node:os';

/** The machine a table was measured on, in one line. */
export function machineLine(databaseVersions: readonly string[]): string {
  const [cpu] = cpus();
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  const parts = [`${cpus().length} × ${cpu?.model.trim()}`, memory, `Node ${process.version}`, ...databaseVersions];
  return `${new Date().toISOString().slice(0, 10)} · ${parts.join(' · ')}`;
}
