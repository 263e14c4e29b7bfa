import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Inject, Injectable, Module, type DynamicModule, type OnModuleInit } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import {
  EmayImsClient,
  EmayImsModule,
  EmayImsOptionsError,
  EmayImsService,
  getEmayImsRepositoryToken,
  getEmayImsToken,
  ImsMessage,
  InjectEmayIms,
  InjectEmayImsRepository,
  type EmayImsAsyncOptions,
  type EmayImsModuleAsyncOptions,
  type EmayImsOptionsFactory,
} from 'nestjs-emay-ims';
import { setTimeout as pause } from 'node:timers/promises';
import type { Repository } from 'typeorm';
import { ACCOUNT } from '../support/gateway-app.js';
import { Workbench } from './workbench.js';

const SETTINGS = Symbol('settings of the host');
const MESSAGE = { mobile: '+61422118000', content: 'Hello' };

let bench: Workbench;
beforeEach(async () => {
  bench = await Workbench.open();
});
afterEach(() => bench.close());

/** A module of the host that knows the options. */
function settingsModule(): DynamicModule {
  @Injectable()
  class Settings implements EmayImsOptionsFactory {
    createEmayImsOptions = () => bench.options();
  }
  class SettingsModule {}
  return {
    module: SettingsModule,
    providers: [Settings, { provide: SETTINGS, useFactory: () => bench.options() }],
    exports: [Settings, SETTINGS],
  };
}

@Injectable()
class OptionsFactory implements EmayImsOptionsFactory {
  constructor(@Inject(SETTINGS) private readonly settings: EmayImsAsyncOptions) {}

  async createEmayImsOptions(): Promise<EmayImsAsyncOptions> {
    await pause(1);
    return this.settings;
  }
}

const WAYS: Record<string, () => DynamicModule> = {
  forRoot: () => EmayImsModule.forRoot(bench.options()),
  'useFactory, synchronous': () => EmayImsModule.forRootAsync({ useFactory: () => bench.options() }),
  'useFactory, asynchronous': () =>
    EmayImsModule.forRootAsync({ useFactory: () => pause(1).then(() => bench.options()) }),
  'useFactory with inject and imports': () =>
    EmayImsModule.forRootAsync({
      imports: [settingsModule()],
      inject: [SETTINGS],
      useFactory: (settings: EmayImsAsyncOptions) => settings,
    }),
  'useFactory with an optional injection that is not there': () =>
    EmayImsModule.forRootAsync({
      inject: [{ token: SETTINGS, optional: true }],
      useFactory: (settings?: EmayImsAsyncOptions) => settings ?? bench.options(),
    }),
  useClass: () => EmayImsModule.forRootAsync({ imports: [settingsModule()], useClass: OptionsFactory }),
  useExisting: () => {
    const settings = settingsModule();
    return EmayImsModule.forRootAsync({
      imports: [settings],
      useExisting: settings.exports?.[0] as EmayImsModuleAsyncOptions['useExisting'],
    });
  },
};

describe.each(Object.keys(WAYS))('registered by %s', (way) => {
  it('sends through the account', async () => {
    const host = await bench.start({ imports: [WAYS[way]!()] });
    await expect(host.get(EmayImsService).send(MESSAGE)).resolves.toMatchObject({ state: 'ACCEPTED' });
    expect(bench.simulator.accepted()).toMatchObject([{ appId: ACCOUNT.appId }]);
  });
});

describe('what a host can inject', () => {
  it('is the service, the client and the repository, by class, by token and by decorator', async () => {
    @Injectable()
    class Consumer {
      @InjectEmayIms() property: EmayImsService;

      constructor(
        readonly byClass: EmayImsService,
        readonly client: EmayImsClient,
        @InjectEmayIms() readonly byDecorator: EmayImsService,
        @InjectEmayIms('default') readonly byName: EmayImsService,
        @Inject(getEmayImsToken()) readonly byToken: EmayImsService,
        @InjectRepository(ImsMessage) readonly repository: Repository<ImsMessage>,
        @InjectEmayImsRepository() readonly sameRepository: Repository<ImsMessage>,
        @Inject(getEmayImsRepositoryToken()) readonly repositoryByToken: Repository<ImsMessage>,
      ) {}
    }
    const host = await bench.start({ imports: [EmayImsModule.forRoot(bench.options())], providers: [Consumer] });
    const consumer = host.get(Consumer);
    expect(consumer.byClass).toBeInstanceOf(EmayImsService);
    for (const same of [consumer.property, consumer.byDecorator, consumer.byName, consumer.byToken]) {
      expect(same).toBe(consumer.byClass);
    }
    expect(consumer.client).toBeInstanceOf(EmayImsClient);
    expect(consumer.sameRepository).toBe(consumer.repository);
    expect(consumer.repositoryByToken).toBe(consumer.repository);

    const outcome = await consumer.client.sendSingleIms({ ...MESSAGE, customImsId: 'by-client' });
    expect(outcome.kind).toBe('accepted');
  });

  it('works in onModuleInit of a host, whether it imports the module or the module is global', async () => {
    const seen: string[] = [];
    @Injectable()
    class EarlyBird implements OnModuleInit {
      constructor(
        private readonly ims: EmayImsService,
        @InjectRepository(ImsMessage) private readonly repository: Repository<ImsMessage>,
      ) {}

      async onModuleInit(): Promise<void> {
        const [stored] = await this.ims.enqueue([MESSAGE]);
        const row = await this.repository.findOneByOrFail({ customImsId: stored?.customImsId });
        seen.push(row.state);
      }
    }
    @Module({ providers: [EarlyBird] })
    class Feature {}
    const importing = { imports: [EmayImsModule.forRoot(bench.options())], providers: [EarlyBird] };
    const apart = {
      imports: [Feature, EmayImsModule.forRoot(bench.options({ isGlobal: true, database: bench.file('global') }))],
    };
    await bench.start(importing);
    await bench.start(apart);
    expect(seen).toEqual(['QUEUED', 'QUEUED']);
  });

  it('reads rows from onModuleInit on, and says so', async () => {
    const host = await bench.compile({ imports: [EmayImsModule.forRoot(bench.options())] });
    const repository = host.get<Repository<ImsMessage>>(getEmayImsRepositoryToken());
    expect(() => repository.metadata).toThrow(/not ready.*onModuleInit/);
  });
});

describe('isGlobal', () => {
  @Injectable()
  class Consumer {
    constructor(readonly ims: EmayImsService) {}
  }
  @Module({ providers: [Consumer] })
  class Feature {}

  const registered: Record<string, (isGlobal?: boolean) => DynamicModule> = {
    forRoot: (isGlobal) => EmayImsModule.forRoot(bench.options({ isGlobal })),
    forRootAsync: (isGlobal) => EmayImsModule.forRootAsync({ isGlobal, useFactory: () => bench.options() }),
  };

  it.each(Object.keys(registered))('%s: true lets a module inject that does not import it', async (way) => {
    const host = await bench.start({ imports: [registered[way]!(true), Feature] });
    expect(host.get(Consumer, { strict: false }).ims).toBe(host.get(EmayImsService));
  });

  it.each(Object.keys(registered).flatMap((way) => [false, undefined].map((isGlobal) => [way, isGlobal] as const)))(
    '%s: %s does not',
    async (way, isGlobal) => {
      await expect(bench.start({ imports: [registered[way]!(isGlobal), Feature] })).rejects.toThrow(
        /can't resolve dependencies of the Consumer/,
      );
    },
  );

  it('is not needed where a module of the host exports EmayImsModule', async () => {
    const ims = EmayImsModule.forRoot(bench.options());
    @Module({ imports: [ims], exports: [ims] })
    class Messaging {}
    const host = await bench.start({ imports: [Messaging], providers: [Consumer] });
    expect(host.get(Consumer).ims).toBeInstanceOf(EmayImsService);
  });
});

describe('several accounts', () => {
  it.each([
    ['two named', 'alerts', 'marketing'],
    ['the default and a named', undefined, 'marketing'],
  ])('%s: each has its service, its gateway and its messages, in one file', async (_, oneName, otherName) => {
    const gateway = await bench.anotherGateway('EUCP-EMY-SMS0-OTHER');
    @Injectable()
    class Consumer {
      constructor(
        @InjectEmayIms(oneName) readonly one: EmayImsService,
        @InjectEmayIms(otherName) readonly other: EmayImsService,
        @InjectEmayImsRepository(oneName) readonly rowsOfOne: Repository<ImsMessage>,
        @InjectEmayImsRepository(otherName) readonly rowsOfOther: Repository<ImsMessage>,
      ) {}
    }
    const host = await bench.start({
      imports: [
        EmayImsModule.forRoot(bench.options({ name: oneName })),
        EmayImsModule.forRootAsync({
          name: otherName,
          useFactory: () => bench.options({ baseUrl: gateway.url, appId: 'EUCP-EMY-SMS0-OTHER' }),
        }),
      ],
      providers: [Consumer],
    });
    const consumer = host.get(Consumer);
    expect(consumer.one).not.toBe(consumer.other);
    expect(host.get(getEmayImsToken(oneName))).toBe(consumer.one);
    expect(host.get(getEmayImsToken(otherName))).toBe(consumer.other);

    const first = await consumer.one.send({ ...MESSAGE, customImsId: 'order-1' });
    const second = await consumer.other.send({ mobile: '+61422118001', content: 'Sale', customImsId: 'order-1' });
    await consumer.other.send({ ...MESSAGE, customImsId: 'only-other' });
    expect([first.account, second.account]).toEqual([oneName ?? 'default', otherName]);
    expect(bench.simulator.accepted().map(({ content }) => content)).toEqual(['Hello']);
    expect(gateway.accepted().map(({ content }) => content)).toEqual(['Sale', 'Hello']);

    expect((await consumer.one.findOne('order-1'))?.content).toBe('Hello');
    expect((await consumer.other.findOne('order-1'))?.content).toBe('Sale');
    expect(await consumer.one.findOne('only-other')).toBeNull();
    expect((await consumer.one.find()).items).toHaveLength(1);
    expect((await consumer.other.stats()).ACCEPTED).toBe(2);
    expect(await consumer.rowsOfOne.countBy({ account: oneName ?? 'default' })).toBe(1);
    expect(await consumer.rowsOfOther.countBy({ account: otherName })).toBe(2);
  });

  it('leaves the class tokens to the default account', async () => {
    const host = await bench.start({ imports: [EmayImsModule.forRoot(bench.options({ name: 'alerts' }))] });
    expect(() => host.get(EmayImsService)).toThrow(/could not find EmayImsService/);
    expect(host.get('EmayImsClient:alerts')).toBeInstanceOf(EmayImsClient);
  });

  it.each([
    ['default', undefined],
    ['alerts', 'alerts'],
  ])('two of the name "%s" stop the start', async (shown, name) => {
    const start = bench.start({
      imports: [
        EmayImsModule.forRoot(bench.options({ name })),
        EmayImsModule.forRootAsync({ name, useFactory: () => bench.options() }),
      ],
    });
    await expect(start).rejects.toThrow(EmayImsOptionsError);
    await expect(start).rejects.toThrow(new RegExp(`imported 2 times with the name "${shown}".*isGlobal: true`));
  });
});

const make = () => bench.options();

describe('forRootAsync stops the start with a sentence', () => {
  it.each<[string, unknown, RegExp]>([
    ['no options', undefined, /exactly one of useFactory, useClass and useExisting/],
    ['null', null, /exactly one of useFactory/],
    ['no way to make them', { name: 'x' }, /exactly one of useFactory/],
    ['two ways', { useFactory: make, useClass: OptionsFactory }, /exactly one of useFactory/],
    [
      'a misspelt key',
      { useFactory: make, injects: [] },
      /does not know injects: its keys are name, isGlobal, .*inject/,
    ],
    ['options beside the factory', { useFactory: make, appId: 'x' }, /does not know appId.*what the factory returns/],
  ])('at once: %s', (_, options, sentence) => {
    const register = () => EmayImsModule.forRootAsync(options as EmayImsModuleAsyncOptions);
    expect(register).toThrow(EmayImsOptionsError);
    expect(register).toThrow(sentence);
  });

  it.each<[string, () => unknown, RegExp]>([
    ['nothing', () => undefined, /returned no options object: return \{ baseUrl, appId, secretKey/],
    ['a promise of nothing', () => Promise.resolve(null), /returned no options object/],
    ['a list', () => [], /returned no options object/],
    ['a wrong option', () => ({ ...make(), appId: 7 }), /appId is not a string: write the AppId/],
    ['a name', () => ({ ...make(), name: 'late' }), /name must stand beside the factory/],
    ['visibility', () => ({ ...make(), isGlobal: true }), /isGlobal must stand beside the factory/],
  ])('when the factory returns %s', async (_, useFactory, sentence) => {
    const start = bench.compile({
      imports: [EmayImsModule.forRootAsync({ useFactory: useFactory as EmayImsModuleAsyncOptions['useFactory'] })],
    });
    await expect(start).rejects.toThrow(EmayImsOptionsError);
    await expect(start).rejects.toThrow(sentence);
  });

  it('when the name cannot be one', async () => {
    const start = bench.compile({ imports: [EmayImsModule.forRootAsync({ name: 'not a name', useFactory: make })] });
    await expect(start).rejects.toThrow(/name must be 1 to 64 letters/);
  });

  it('passes on what the factory itself throws', async () => {
    const vault = new Error('no vault today');
    const useFactory = () => Promise.reject(vault);
    await expect(bench.compile({ imports: [EmayImsModule.forRootAsync({ useFactory })] })).rejects.toThrow(
      'no vault today',
    );
  });
});
