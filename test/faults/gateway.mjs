import { closeSync, openSync, readFileSync, readSync, watch } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { reportsOf } from './calls.mjs';
import { startProcess } from './processes.mjs';
import { within } from './waiting.mjs';

const CLI = join(dirname(createRequire(import.meta.url).resolve('emay-ims-simulator/package.json')), 'dist/cli.js');

/** The simulator's command as a process of its own, and its log: what the gateway really got, whoever died meanwhile. */
export class Gateway {
  url = '';
  /** customImsId → every acceptance. */
  accepted = new Map();
  /** requestId → a report call that handed something out. */
  pulls = new Map();
  /** requestId → the time at which its answer was finished. */
  finished = new Map();
  expectedReports = 0;
  handedOutReports = 0;
  lastEventAt = 0;
  lastAcceptedAt = 0;
  /** When somebody last asked for reports. */
  lastPullAt = 0;
  listeners = new Set();
  rest = '';
  buffer = Buffer.alloc(1 << 20);

  static async start({ folder, account, reportDelayMs, seed }) {
    const gateway = new Gateway();
    const [log, output] = [join(folder, 'gateway.jsonl'), join(folder, 'gateway.out')];
    const args = [CLI, '--port', '0', '--json', '--app-id', account.appId, '--secret-key', account.secretKey];
    args.push('--report-delay-ms', reportDelayMs, '--log-file', log, '--seed', String(seed));
    gateway.process = startProcess({ args, output });
    gateway.url = await within(10_000, () => /"listening":"([^"]+)"/.exec(readFileSync(output, 'utf8'))?.[1]);
    if (!gateway.url) throw new Error(`The simulator did not start: see ${output}`);
    gateway.file = openSync(log, 'r');
    gateway.watcher = watch(log, () => gateway.read());
    return gateway;
  }

  /** Takes in what has been logged since. */
  read() {
    for (let size; (size = readSync(this.file, this.buffer)) > 0;) {
      const lines = (this.rest + this.buffer.toString('latin1', 0, size)).split('\n');
      this.rest = lines.pop();
      for (const line of lines) this.take(JSON.parse(line));
    }
  }

  /** Reports that the gateway holds, due or not. */
  pendingReports() {
    this.read();
    return this.expectedReports - this.handedOutReports;
  }

  /** Resolves at the next event that satisfies the condition; `null` after so long without one. */
  next(condition, milliseconds) {
    return new Promise((resolve) => {
      const done = (event) => {
        clearTimeout(timer);
        this.listeners.delete(listener);
        resolve(event);
      };
      const listener = (event) => condition(event) && done(event);
      const timer = setTimeout(() => done(null), milliseconds);
      this.listeners.add(listener);
    });
  }

  async stop() {
    this.process.signal('SIGTERM');
    await this.process.exited;
    this.read();
    this.watcher.close();
    closeSync(this.file);
  }

  take(event) {
    const { requestId, at } = event;
    this.lastEventAt = at;
    switch (event.event) {
      case 'request':
        if (event.call === 'getIMSReport') this.lastPullAt = at;
        break;
      case 'accepted': {
        this.lastAcceptedAt = at;
        const { customImsId, mobile, imsId } = event;
        const earlier = this.accepted.get(customImsId);
        if (earlier) earlier.push({ at, mobile, imsId, requestId });
        else this.accepted.set(customImsId, [{ at, mobile, imsId, requestId }]);
        this.expectedReports += reportsOf(mobile);
        break;
      }
      case 'handed-out': {
        const pull = this.pulls.get(requestId) ?? { requestId, at, reports: [] };
        this.pulls.set(requestId, pull);
        pull.reports.push({ customImsId: event.customImsId, imsId: event.imsId, state: event.state });
        this.handedOutReports++;
        break;
      }
      case 'answer-finished':
        this.finished.set(requestId, at);
    }
    for (const listener of [...this.listeners]) listener(event);
  }
}
