import { closeSync, openSync, readFileSync, readSync, watch } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
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
  /** requestId → how a call of the gateway was answered: `{ call, at, tookMs, isFinished, fault, code, wholeReports }`. */
  answers = new Map();
  /** requestId → its call, and when it came, until it is answered. */
  underWay = new Map();
  /** requestIds of pages that went back into the queue. */
  putBack = new Set();
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
  async pendingReports() {
    this.read();
    return (await this.control('GET', '')).counters.pending;
  }

  inject(order) {
    return this.control('POST', '/faults', order);
  }

  changeAccount(switches) {
    return this.control('POST', '/accounts', switches);
  }

  pushReport(report) {
    return this.control('POST', '/reports', report);
  }

  /** Ends every lie. */
  async tellTheTruth() {
    await this.control('DELETE', '/faults');
    await this.changeAccount({ outOfBalance: false, reports: 'pulled', poisoned: false });
  }

  /** Asks the simulator itself, again for a while where its port is shut. */
  async control(method, path, body) {
    const ask = () =>
      fetch(`${this.url}/_simulator${path}`, {
        method,
        ...(body && { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }),
      }).catch(() => null);
    const answer = await within(10_000, ask);
    if (!answer?.ok) throw new Error(`${method} ${path} of the simulator: ${await answer?.text()}`);
    return answer.status === 204 ? undefined : answer.json();
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
        if (event.call) this.underWay.set(requestId, { call: event.call, since: at });
        break;
      case 'accepted': {
        this.lastAcceptedAt = at;
        const { customImsId, mobile, imsId } = event;
        const earlier = this.accepted.get(customImsId);
        if (earlier) earlier.push({ at, mobile, imsId, requestId });
        else this.accepted.set(customImsId, [{ at, mobile, imsId, requestId }]);
        break;
      }
      case 'handed-out': {
        const { customImsId, imsId, mobile, state } = event;
        const pull = this.pulls.get(requestId) ?? { requestId, at, reports: [] };
        this.pulls.set(requestId, pull);
        pull.reports.push({ customImsId, imsId, mobile, state });
        this.handedOutReports++;
        break;
      }
      case 'put-back':
        this.putBack.add(requestId);
        break;
      case 'answer-finished':
      case 'answer-unfinished': {
        const request = this.underWay.get(requestId);
        this.underWay.delete(requestId);
        const { fault, code, wholeReports } = event;
        if (request) {
          const isFinished = event.event === 'answer-finished';
          const { call, since } = request;
          this.answers.set(requestId, { call, at, tookMs: at - since, isFinished, fault, code, wholeReports });
        }
      }
    }
    for (const listener of [...this.listeners]) listener(event);
  }
}
