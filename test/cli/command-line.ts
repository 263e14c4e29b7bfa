import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { runHere } from './run-here.js';
import { ACCOUNT } from '../support/gateway-app.js';
import { runProcess, type RunningProcess } from '../support/processes.js';

const COMMAND = resolve('dist/cli/main.js');
const SIMULATOR = resolve('libs/emay-ims-simulator/dist/cli.js');

/** How a command ended, and what it wrote where. */
export interface CommandEnd {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A command under way. */
export interface RunningCommand {
  child: ChildProcess;
  /** So far. */
  written: { readonly stdout: string; readonly stderr: string };
  ended: Promise<CommandEnd>;
}

/**
 * A folder of its own, as an operator has it, in which the command line is run: within this process, or as a process of its
 * own where that is the point (signals, pipes, what several do at once).
 */
export class CommandLine {
  private readonly running = new Set<ChildProcess>();

  private constructor(
    readonly folder: string,
    private readonly variables: NodeJS.ProcessEnv,
  ) {}

  static async open(variables: NodeJS.ProcessEnv = {}): Promise<CommandLine> {
    return new CommandLine(await mkdtemp(join(tmpdir(), 'emay-ims-cli-')), variables);
  }

  /**
   * Starts the compiled command line as a process.
   *
   * @param input `null` leaves stdin open; a number is a file that is open
   * @param output files in the place of stdout and stderr
   */
  start(
    args: readonly string[],
    input: string | number | null = '',
    cwd = this.folder,
    { stdout = 'pipe', stderr = 'pipe' }: { stdout?: number | 'pipe'; stderr?: number | 'pipe' } = {},
  ): RunningCommand {
    const env = { PATH: process.env.PATH, ...this.variables };
    const stdin = typeof input === 'number' ? input : 'pipe';
    const child = spawn(process.execPath, [COMMAND, ...args], { env, cwd, stdio: [stdin, stdout, stderr] });
    this.running.add(child);
    const written = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name]?.setEncoding('utf8').on('data', (text: string) => (written[name] += text));
    }
    child.stdin?.on('error', () => undefined); // It may end without having read.
    if (typeof input === 'string') child.stdin?.end(input);
    const ended = once(child, 'close').then(([code]) => {
      this.running.delete(child);
      return { code: code as number | null, ...written };
    });
    return { child, written, ended };
  }

  /** Runs a command within this process, one after the other. */
  run(args: readonly string[], input = ''): Promise<CommandEnd> {
    return runHere(args, { cwd: this.folder, env: { PATH: process.env.PATH, ...this.variables }, input });
  }

  /** The answer of a command with `--json`, which must be one document and nothing else. */
  async json<Answer>(...args: readonly string[]): Promise<Answer> {
    return JSON.parse((await this.run([...args, '--json'])).stdout) as Answer;
  }

  async write(name: string, content: string): Promise<void> {
    await writeFile(join(this.folder, name), content);
  }

  read(name: string): Promise<string> {
    return readFile(join(this.folder, name), 'utf8');
  }

  async close(): Promise<void> {
    const ends = [...this.running].map((child) => once(child, 'close'));
    for (const child of this.running) child.kill('SIGKILL');
    await Promise.all(ends);
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** A gateway that the simulator plays in a process of its own; its log is the oracle. */
export class GatewayProcess {
  private constructor(
    readonly url: string,
    private readonly folder: string,
    private readonly process: RunningProcess,
  ) {}

  static async start(...args: string[]): Promise<GatewayProcess> {
    const folder = await mkdtemp(join(tmpdir(), 'emay-ims-gateway-'));
    const { appId, secretKey } = ACCOUNT;
    const simulator = runProcess(SIMULATOR, [
      ...['--port', '0', '--app-id', appId, '--secret-key', secretKey, '--reports-per-second', 'unlimited'],
      ...['--report-delay-ms', '0', '--log-file', join(folder, 'log.jsonl'), ...args],
    ]);
    const address = (await simulator.saying('http://')).replace(/[^\d.:].*$/, '');
    return new GatewayProcess(`http://${address}`, folder, simulator);
  }

  /** The variables of an application that uses it. */
  get variables(): NodeJS.ProcessEnv {
    return {
      EMAY_IMS_BASE_URL: this.url,
      EMAY_IMS_APP_ID: ACCOUNT.appId,
      EMAY_IMS_SECRET_KEY: ACCOUNT.secretKey,
      EMAY_IMS_TIMEOUT_MS: '60000',
      EMAY_IMS_REPORT_INTERVAL_MS: '100',
    };
  }

  /** The numbers it has accepted, as on the wire, in order. */
  async accepted(): Promise<string[]> {
    const log = await readFile(join(this.folder, 'log.jsonl'), 'utf8');
    return log
      .split('\n')
      .slice(0, -1) // Of the last line only a part may have been written.
      .filter((line) => line.includes('"event":"accepted"'))
      .map((line) => (JSON.parse(line) as { mobile: string }).mobile);
  }

  async stop(): Promise<void> {
    await this.process.end('SIGTERM');
    await rm(this.folder, { recursive: true });
  }
}
