import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type BeforeApplicationShutdown, Injectable, Module, type ModuleMetadata, Optional } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { DEFAULT_ACCOUNT } from '../options.js';
import type { Simulator } from '../simulator.js';
import { EMAY_IMS_SIMULATOR, EmayImsSimulatorModule, InjectSimulator } from './index.js';

/** Injects the simulator, uses its URL as it is made, and calls it once more as the application shuts down. */
@Injectable()
class Sender implements BeforeApplicationShutdown {
  readonly urlWhenMade: string;
  lastAnswer = '';

  constructor(@InjectSimulator() readonly simulator: Simulator) {
    this.urlWhenMade = simulator.url;
  }

  async call(): Promise<string> {
    return (await fetch(`${this.urlWhenMade}/inter/getIMSReport`, { method: 'POST', body: '{}' })).text();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.lastAnswer = await this.call();
  }
}

@Module({ providers: [Sender] })
class SendingModule {}

const running: TestingModule[] = [];
const start = async (metadata: ModuleMetadata): Promise<TestingModule> => {
  const host = await Test.createTestingModule(metadata).compile();
  running.push(host);
  return host.init();
};
afterEach(async () => {
  for (const host of running.splice(0)) await host.close();
});

it('runs a simulator that any module injects, ready before what injects it is made', async () => {
  const host = await start({ imports: [SendingModule, EmayImsSimulatorModule.forRoot()] });
  const sender = host.get(Sender, { strict: false });
  expect(sender.simulator).toBe(host.get(EMAY_IMS_SIMULATOR));
  expect(sender.simulator.accounts).toEqual([DEFAULT_ACCOUNT]);
  expect(await sender.call()).toBe('{"code":"ERROR_APPID"}');
});

it('takes the options of startSimulator', async () => {
  const accounts = [{ appId: 'mine', secretKey: 'key' }];
  const host = await start({ imports: [EmayImsSimulatorModule.forRoot({ accounts, reportDelayMs: 0 })] });
  expect(host.get<Simulator>(EMAY_IMS_SIMULATOR).accounts).toEqual(accounts);
});

it('is for the modules that import it alone when it is not global', async () => {
  @Injectable()
  class Onlooker {
    constructor(@Optional() @InjectSimulator() readonly simulator?: Simulator) {}
  }
  @Module({ providers: [Onlooker] })
  class ElsewhereModule {}

  const simulator = EmayImsSimulatorModule.forRoot({ isGlobal: false });
  const host = await start({ imports: [simulator, ElsewhereModule], providers: [Sender] });
  expect(host.get(Sender).urlWhenMade).toMatch(/^http:\/\/127/);
  expect(host.get(Onlooker, { strict: false }).simulator).toBeUndefined();
});

describe('the end', () => {
  it('comes after the shutdown hooks of others, and frees the port', async () => {
    const host = await Test.createTestingModule({
      imports: [SendingModule, EmayImsSimulatorModule.forRoot()],
    }).compile();
    await host.init();
    const sender = host.get(Sender, { strict: false });
    await host.close();
    expect(sender.lastAnswer).toBe('{"code":"ERROR_APPID"}');
    await expect(sender.call()).rejects.toThrow('fetch failed');
  });

  it('may come twice, and after a start that failed', async () => {
    @Module({})
    class FailingModule {
      onModuleInit(): void {
        throw new Error('no start');
      }
    }
    const host = await Test.createTestingModule({
      imports: [EmayImsSimulatorModule.forRoot(), FailingModule],
    }).compile();
    const { url } = host.get<Simulator>(EMAY_IMS_SIMULATOR);
    await expect(host.init()).rejects.toThrow('no start');
    await host.close();
    await host.close();
    await expect(fetch(url)).rejects.toThrow('fetch failed');
  });
});

it('fails the start for a wrong option, with the sentence that says what to write', async () => {
  await expect(start({ imports: [EmayImsSimulatorModule.forRoot({ port: 70_000 })] })).rejects.toThrow(
    'port: 70000 does not fit',
  );
});

it('is a subpath of its own: the main entry asks for no Nest', async () => {
  const seen = new Set<string>();
  const follow = (url: URL): void => {
    if (seen.has(url.href)) return;
    seen.add(url.href);
    for (const [, path] of readFileSync(url, 'utf8').matchAll(/from '([^']+)'/g)) {
      if (!path!.startsWith('.')) expect(path).toMatch(/^node:/);
      else follow(new URL(path!.replace(/\.js$/, '.ts'), url));
    }
  };
  follow(new URL('../index.ts', import.meta.url));
  expect(seen.size).toBeGreaterThan(30);
});
