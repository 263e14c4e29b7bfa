import { closeSync, type FSWatcher, openSync, readFileSync, readSync, watch } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { AccountSettings, FaultOrder, LogEvent } from 'emay-ims-simulator';
import type { Account } from './faults-run.js';
import { type RunningProcess, startProcess } from './processes.js';
import { within } from './waiting.js';

const CLI = join(dirname(createRequire(import.meta.url).resolve('emay-ims-simulator/package.json')), 'dist/cli.js');

export type GatewayEvent = LogEvent & { at: number };

export interface Acceptance {
  at: number;
  mobile: string;
  imsId: string;
  requestId: string;
}

export interface HandedOut {
  customImsId: string | null;
  imsId: string | null;
  mobile: string | null;
  state: string | null;
}

/** A report call that handed something out. */
export interface Pull {
  requestId: string;
  at: number;
  reports: HandedOut[];
}

/** A batch of reports that is pushed until it is answered `success`. */
export interface Push {
  pushId: string;
  at: number;
  reports: HandedOut[];
  attempts: number;
  end: 'waiting' | 'acknowledged' | 'given-up' | 'withdrawn';
}

/** How a call of the gateway was answered. */
export interface Answer {
  call: string;
  at: number;
  tookMs: number;
  /** The whole answer was given to the network. */
  isFinished: boolean;
  fault: string | null;
  code: string | null;
  wholeReports: readonly number[] | undefined;
}

interface GatewayOptions {
  folder: string;
  account: Account;
  /** As the simulator's command takes it. */
  reportDelayMs: string;
  seed: number;
}

/** The simulator's command as a process of its own, and its log: what the gateway really got, whoever died meanwhile. */
export class Gateway {
  /** customImsId → every acceptance. */
  accepted = new Map<string, [Acceptance, ...Acceptance[]]>();
  /** By its request's id. */
  pulls = new Map<string, Pull>();
  pushes = new Map<string, Push>();
  /** By its request's id. */
  answers = new Map<string, Answer>();
  /** requestId → its call, and when it came, until it is answered. */
  private underWay = new Map<string, { call: string; since: number }>();
  /** requestIds of pages that went back into the queue. */
  putBack = new Set<string>();
  handedOutReports = 0;
  lastAcceptedAt = 0;
  /** When somebody last asked for reports, or took a push. */
  lastReportsAt = 0;
  private watcher: FSWatcher;
  private readonly listeners = new Set<(event: GatewayEvent) => void>();
  private rest = '';
  private readonly buffer = Buffer.alloc(1 << 20);

  private constructor(
    readonly url: string,
    private readonly process: RunningProcess,
    private readonly file: number,
  ) {}

  static async start({ folder, account, reportDelayMs, seed }: GatewayOptions): Promise<Gateway> {
    const [log, output] = [join(folder, 'gateway.jsonl'), join(folder, 'gateway.out')];
    const args = [CLI, '--port', '0', '--json', '--app-id', account.appId, '--secret-key', account.secretKey];
    args.push('--report-delay-ms', reportDelayMs, '--log-file', log, '--seed', String(seed));
    const command = startProcess({ args, output });
    const url = await within(10_000, () => /"listening":"([^"]+)"/.exec(readFileSync(output, 'utf8'))?.[1]);
    if (!url) throw new Error(`The simulator did not start: see ${output}`);
    const gateway = new Gateway(url, command, openSync(log, 'r'));
    gateway.watcher = watch(log, () => gateway.read());
    return gateway;
  }

  /** Takes in what has been logged since. */
  read(): void {
    for (let size; (size = readSync(this.file, this.buffer)) > 0;) {
      const lines = (this.rest + this.buffer.toString('latin1', 0, size)).split('\n');
      this.rest = lines.pop() ?? '';
      for (const line of lines) this.take(JSON.parse(line) as GatewayEvent);
    }
  }

  /** Reports that the gateway holds, due or not. */
  async pendingReports(): Promise<number> {
    this.read();
    const overview = (await this.control('GET', '')) as { counters: { pending: number } };
    return overview.counters.pending;
  }

  inject(order: FaultOrder) {
    return this.control('POST', '/faults', order);
  }

  changeAccount(switches: AccountSettings) {
    return this.control('POST', '/accounts', switches);
  }

  pushReport(report: { appId: string; mobile: string; customImsId: string; state: string }) {
    return this.control('POST', '/reports', report);
  }

  /** Ends every lie. */
  async tellTheTruth() {
    await this.control('DELETE', '/faults');
    await this.changeAccount({ outOfBalance: false, reports: 'pulled', poisoned: false });
  }

  /** Asks the simulator itself, again for a while where its port is shut. */
  private async control(method: string, path: string, body?: object): Promise<unknown> {
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
  next(condition: (event: GatewayEvent) => boolean, milliseconds: number) {
    return new Promise<GatewayEvent | null>((resolve) => {
      const done = (event: GatewayEvent | null) => {
        clearTimeout(timer);
        this.listeners.delete(listener);
        resolve(event);
      };
      const listener = (event: GatewayEvent) => {
        if (condition(event)) done(event);
      };
      const timer = setTimeout(() => done(null), milliseconds);
      this.listeners.add(listener);
    });
  }

  async stop(): Promise<void> {
    this.process.signal('SIGTERM');
    await this.process.exited;
    this.read();
    this.watcher.close();
    closeSync(this.file);
  }

  private take(event: GatewayEvent): void {
    const { at } = event;
    switch (event.event) {
      case 'request':
        if (event.call === 'getIMSReport') this.lastReportsAt = at;
        if (event.call) this.underWay.set(event.requestId, { call: event.call, since: at });
        break;
      case 'accepted': {
        this.lastAcceptedAt = at;
        const { customImsId, mobile, imsId, requestId } = event;
        const id = customImsId ?? `a message without an id, in ${requestId}`;
        const earlier = this.accepted.get(id);
        if (earlier) earlier.push({ at, mobile, imsId, requestId });
        else this.accepted.set(id, [{ at, mobile, imsId, requestId }]);
        break;
      }
      case 'handed-out': {
        const { customImsId, imsId, mobile, state, requestId } = event;
        const pull = this.pulls.get(requestId) ?? { requestId, at, reports: [] };
        this.pulls.set(requestId, pull);
        pull.reports.push({ customImsId, imsId, mobile, state });
        this.handedOutReports++;
        break;
      }
      case 'pushing': {
        const { pushId, customImsId, imsId, mobile, state } = event;
        const push = this.pushes.get(pushId) ?? { pushId, at, reports: [], attempts: 0, end: 'waiting' };
        this.pushes.set(pushId, push);
        push.reports.push({ customImsId, imsId, mobile, state });
        break;
      }
      case 'push-attempted': {
        const push = this.pushes.get(event.pushId);
        if (push) push.attempts = event.attempt;
        break;
      }
      case 'push-ended': {
        const push = this.pushes.get(event.pushId);
        if (push) push.end = event.end;
        if (event.end === 'acknowledged') this.lastReportsAt = at;
        break;
      }
      case 'put-back':
        this.putBack.add(event.requestId);
        break;
      case 'answer-finished':
      case 'answer-unfinished': {
        const { requestId, fault, code, wholeReports } = event;
        const request = this.underWay.get(requestId);
        this.underWay.delete(requestId);
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
