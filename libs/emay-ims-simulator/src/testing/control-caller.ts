import { afterEach, beforeEach } from '@jest/globals';
import type { SimulatorOptions } from '../options.js';
import { Bench, parsed, type RawAnswer } from './gateway-caller.js';

export const JSON_TYPE = { 'Content-Type': 'application/json' };

/** A simulator for each test, and calls to its control API. */
export class ControlCaller {
  bench: Bench;

  constructor() {
    beforeEach(async () => {
      this.bench = await Bench.start();
    });
    afterEach(() => this.bench.simulator.stop());
  }

  /** Puts another simulator in the place of the first. */
  async restart(options: SimulatorOptions): Promise<void> {
    await this.bench.simulator.stop();
    this.bench = await Bench.start(options);
  }

  get(path: string, headers: Record<string, string> = {}): Promise<RawAnswer> {
    return this.bench.post(path, '', headers, 'GET');
  }

  post(path: string, value: unknown, headers: Record<string, string> = {}): Promise<RawAnswer> {
    return this.postText(path, JSON.stringify(value), headers);
  }

  postText(path: string, text: string, headers: Record<string, string> = {}): Promise<RawAnswer> {
    return this.bench.post(path, text, { ...JSON_TYPE, ...headers });
  }

  remove(path: string): Promise<RawAnswer> {
    return this.bench.post(path, '', {}, 'DELETE');
  }

  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller names what it expects
  async read<T>(path: string): Promise<T> {
    return parsed<T>((await this.get(path)).text);
  }

  async items(path: string): Promise<Record<string, unknown>[]> {
    return (await this.read<{ items: Record<string, unknown>[] }>(path)).items;
  }
}

export function errorOf({ status, text }: RawAnswer): [number, string] {
  return [status, parsed<{ error: string }>(text).error];
}
