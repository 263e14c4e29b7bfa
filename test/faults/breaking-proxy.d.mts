import type { Socket } from 'node:net';

export class BreakingProxy {
  static start(target: { host: string; port: number }, port?: number): Promise<BreakingProxy>;
  port: number;
  connections: Set<{ client: Socket; server: Socket; isSilent: boolean }>;
  losesAnswerTo: (piece: Buffer, answered: Buffer) => boolean;
  isDeaf: boolean;
  silence(choose: () => boolean): number;
  forget(): void;
  stop(): Promise<void>;
}
