import { type PushRooms, ReportPusher } from './report-pusher.js';

/** The pushes of all accounts. */
export class Pushing {
  private readonly pushers: ReadonlyMap<string, ReportPusher>;

  /** `run`: what the ids of pushes begin with. */
  constructor(run: string, rooms: Omit<PushRooms, 'newPushId'>) {
    let pushes = 0;
    const newPushId = () => `${run}-push-${++pushes}`;
    this.pushers = new Map(
      rooms.gateway
        .listAccounts()
        .map((account) => [account.appId, new ReportPusher(account, { ...rooms, newPushId })]),
    );
  }

  /** Looks as often as the settings of each account say, from now on; call it again once they have changed. */
  watch(): void {
    for (const pusher of this.pushers.values()) pusher.watch();
  }

  /** Pushes what is due now, of one account or of all. */
  async pushDue(appId?: string): Promise<void> {
    const asked = [...this.pushers].filter(([account]) => appId === undefined || account === appId);
    await Promise.all(asked.map(([, pusher]) => pusher.pushDue()));
  }

  clear(): void {
    for (const pusher of this.pushers.values()) pusher.clear();
    this.watch();
  }

  async stop(): Promise<void> {
    await Promise.all([...this.pushers.values()].map((pusher) => pusher.stop()));
  }
}
