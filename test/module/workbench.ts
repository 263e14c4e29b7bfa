import type { LoggerService, ModuleMetadata } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { startSimulator, type Simulator } from 'emay-ims-simulator';
import type { EmayImsModuleOptions } from 'nestjs-emay-ims';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ACCOUNT, QUIET } from '../support/gateway-app.js';

/** Accounts besides the default one. Each has an AppId of its own, as no two may share one. */
const NAMES = ['a', 'b', 'alerts', 'marketing', 'other'];

function appIdOf(name: string | undefined): string {
  return name !== undefined && NAMES.includes(name) ? `${ACCOUNT.appId}-${name.toUpperCase()}` : ACCOUNT.appId;
}

/** Keeps what is logged instead of printing it. */
export class KeptLogs implements LoggerService {
  readonly lines: string[] = [];
  log = (message: unknown) => this.keep('log', message);
  error = (message: unknown) => this.keep('error', message);
  warn = (message: unknown) => this.keep('warn', message);
  debug = (message: unknown) => this.keep('debug', message);

  private keep(level: string, message: unknown): void {
    this.lines.push(`${level} ${String(message)}`);
  }
}

/** A folder for SQLite files, a gateway, and hosts that are closed at the end. */
export class Workbench {
  readonly logs = new KeptLogs();
  private readonly hosts: TestingModule[] = [];
  private readonly others: Simulator[] = [];

  private constructor(
    readonly simulator: Simulator,
    readonly folder: string,
  ) {}

  static async open(): Promise<Workbench> {
    const folder = await mkdtemp(join(tmpdir(), 'emay-ims-module-'));
    const accounts = [ACCOUNT, ...NAMES.map((name) => ({ ...ACCOUNT, appId: appIdOf(name) }))];
    return new Workbench(await startSimulator({ accounts, reportDelayMs: 0 }), folder);
  }

  /** Options for the gateway here and an SQLite file of this workbench, quiet unless said otherwise. */
  options(more: Partial<EmayImsModuleOptions> = {}): EmayImsModuleOptions {
    // No canary, so that a fault which a test injects is for its messages.
    const protocol = { canary: false, ...more.protocol };
    const appId = appIdOf(more.name);
    return { baseUrl: this.simulator.url, ...ACCOUNT, appId, database: this.file(), ...QUIET, ...more, protocol };
  }

  file(name = 'ims.sqlite') {
    return { type: 'sqlite' as const, path: join(this.folder, name) };
  }

  /** Another gateway, with an account of its own. */
  async anotherGateway(appId: string): Promise<Simulator> {
    const simulator = await startSimulator({ accounts: [{ appId, secretKey: ACCOUNT.secretKey }], reportDelayMs: 0 });
    this.others.push(simulator);
    return simulator;
  }

  async compile(metadata: ModuleMetadata): Promise<TestingModule> {
    const host = await Test.createTestingModule(metadata).setLogger(this.logs).compile();
    this.hosts.push(host);
    return host;
  }

  async start(metadata: ModuleMetadata): Promise<TestingModule> {
    return (await this.compile(metadata)).init();
  }

  async close(): Promise<void> {
    for (const host of this.hosts) await host.close();
    for (const simulator of [this.simulator, ...this.others]) await simulator.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}
