import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { PushSettings, Simulator } from 'emay-ims-simulator';

/** Reports of the sandbox come this long after acceptance: soon, but not before one has seen ACCEPTED. */
const REPORT_DELAY_MS = 1_000;
/** How often it looks for reports to push. */
const PUSH_EVERY_MS = 500;
const REMEMBERED_MESSAGES = 10_000;

/** The gateway simulator in this process: nothing leaves the machine, nothing costs money. */
@Injectable()
export class SandboxGateway implements OnApplicationShutdown {
  private constructor(
    private readonly simulator: Simulator,
    readonly connection: { baseUrl: string; appId: string; secretKey: string },
  ) {}

  static async start(): Promise<SandboxGateway> {
    // Only here, as no service with a real gateway has to load it.
    const { DEFAULT_ACCOUNT, startSimulator } = await import('emay-ims-simulator');
    const simulator = await startSimulator({ reportDelayMs: REPORT_DELAY_MS, historyLimit: REMEMBERED_MESSAGES });
    return new SandboxGateway(simulator, { baseUrl: simulator.url, ...DEFAULT_ACCOUNT });
  }

  /** Has delivery reports pushed there, as they fall due. */
  pushTo(url: string, settings: Pick<PushSettings, 'form' | 'pullBesidePush'>): void {
    this.simulator.changeAccount({ push: { url, ...settings, everyMs: PUSH_EVERY_MS } });
  }

  /** Last of all: the module still finishes what is under way while it is being destroyed. */
  async onApplicationShutdown(): Promise<void> {
    await this.simulator.stop();
  }
}
