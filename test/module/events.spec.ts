import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Inject, Injectable, Module, Scope, type Type } from '@nestjs/common';
import { EventEmitter2, EventEmitterModule, OnEvent } from '@nestjs/event-emitter';
import { Test } from '@nestjs/testing';
import {
  EmayImsModule,
  EmayImsOptionsError,
  EmayImsService,
  getEmayImsToken,
  OnImsEvent,
  type EmayImsEvent,
  type EmayImsEventMap,
  type ImsMessageEvent,
  type OnImsEventOptions,
} from 'nestjs-emay-ims';
import { EmayImsEventEmitterModule } from 'nestjs-emay-ims/event-emitter';
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { lastValueFrom, toArray } from 'rxjs';
import { EMAY_IMS_EVENT_TYPES } from '../../libs/emay-ims/src/events/emay-ims-event.js';
import { eventually } from '../support/eventually.js';
import { compiledLibrary, sourcesOfLibrary } from './compiled-library.js';
import { Workbench } from './workbench.js';

const MESSAGE = { mobile: '+61422118000', content: 'Hello' };

let bench: Workbench;
beforeEach(async () => {
  bench = await Workbench.open();
});
afterEach(() => bench.close());

const twoAccounts = async () => {
  const other = await bench.anotherGateway('OTHER');
  return [
    EmayImsModule.forRoot(bench.options({ name: 'marketing' })),
    EmayImsModule.forRoot(bench.options({ baseUrl: other.url, appId: 'OTHER', database: bench.file('other.sqlite') })),
  ];
};

describe('@OnImsEvent()', () => {
  it('calls providers and controllers anywhere in the host, by type, family and all, once for each event', async () => {
    const calls: string[] = [];
    @Injectable()
    class Orders {
      private readonly prefix = 'orders';

      @OnImsEvent('message.delivered')
      delivered({ customImsId }: EmayImsEventMap['message.delivered']) {
        calls.push(`${this.prefix} delivered ${customImsId}`);
      }

      @OnImsEvent(['message.*', 'message.accepted'])
      any({ state }: ImsMessageEvent) {
        calls.push(`${this.prefix} ${state}`);
      }
    }
    @Controller()
    class Page {
      @OnImsEvent('*')
      @OnImsEvent('reports.possible-loss')
      everything({ type }: EmayImsEvent) {
        calls.push(`page ${type}`);
      }
    }
    @Module({ providers: [Orders, { provide: 'again', useExisting: Orders }], controllers: [Page] })
    class Feature {}
    const host = await bench.start({ imports: [EmayImsModule.forRoot(bench.options()), Feature] });
    const ims = host.get(EmayImsService);
    await ims.send({ ...MESSAGE, customImsId: 'one' });
    await ims.pullReports();
    expect(calls.toSorted()).toEqual(
      [
        ...['orders ACCEPTED', 'page message.accepted'],
        ...['orders DELIVERED', 'orders delivered one', 'page message.delivered'],
      ].toSorted(),
    );
  });

  it('hears every account, or the one it names; a durable handler has a queue in each', async () => {
    const calls: string[] = [];
    class Listener {
      @OnImsEvent('message.accepted')
      both({ account }: ImsMessageEvent) {
        calls.push(`both: ${account}`);
      }

      @OnImsEvent('message.accepted', { account: 'marketing' })
      marketing({ account }: ImsMessageEvent) {
        calls.push(`marketing: ${account}`);
      }

      @OnImsEvent('message.accepted', { account: 'default', durable: 'default-only' })
      durable({ account }: ImsMessageEvent) {
        calls.push(`durable: ${account}`);
      }
    }
    const host = await bench.start({ imports: await twoAccounts(), providers: [Listener] });
    for (const name of ['marketing', 'default']) await host.get<EmayImsService>(getEmayImsToken(name)).send(MESSAGE);
    await eventually(
      () => calls.length,
      (count) => count === 4,
    );
    expect(calls.toSorted()).toEqual(['both: default', 'both: marketing', 'durable: default', 'marketing: marketing']);
  });

  it('hears what is sent while the host still starts', async () => {
    const heard: string[] = [];
    class Listener {
      @OnImsEvent('message.accepted', { durable: 'early' })
      accepted({ customImsId }: ImsMessageEvent) {
        heard.push(customImsId);
      }
    }
    @Injectable()
    class Early {
      constructor(@Inject(EmayImsService) private readonly ims: EmayImsService) {}
      onModuleInit = () => this.ims.send({ ...MESSAGE, customImsId: 'early' });
    }
    await bench.start({ imports: [EmayImsModule.forRoot(bench.options())], providers: [Early, Listener] });
    await eventually(
      () => heard,
      ({ length }) => length === 1,
    );
    expect(heard).toEqual(['early']);
  });

  it('refuses, when it is compiled, a handler that takes another event', () => {
    class Mistaken {
      // @ts-expect-error -- a message has no circuit
      @OnImsEvent('message.delivered')
      onCircuit({ circuit }: EmayImsEventMap['account.circuit-opened']) {
        return circuit;
      }
    }
    expect(new Mistaken()).toBeDefined();
  });

  /** A provider with such a handler, as somebody without a type checker may write it. */
  const listening = (pattern: unknown, options?: OnImsEventOptions, scope = Scope.DEFAULT): Type => {
    @Injectable({ scope })
    class Orders {
      @OnImsEvent(pattern as '*', options)
      onEvent() {}
    }
    return Orders;
  };

  it.each<[string, () => Type[], RegExp]>([
    [
      'a type that is none',
      () => [listening('message.sent')],
      /Orders\.onEvent: there is no event "message\.sent": write message\.accepted, /,
    ],
    ['no type at all', () => [listening([])], /Orders\.onEvent: it names no event: write message\.accepted, /],
    [
      'no type at all for a durable handler',
      () => [listening([], { durable: 'none' })],
      /Orders\.onEvent: it names no event: write message\.accepted, /,
    ],
    [
      'a type that is not there, as of a misspelt constant',
      () => [listening(undefined)],
      /Orders\.onEvent: there is no event "undefined": write message\.accepted, /,
    ],
    [
      'one that is not there among others',
      () => [listening(['message.*', Symbol('message')])],
      /Orders\.onEvent: there is no event "Symbol\(message\)": write message\.accepted, /,
    ],
    [
      'an account that is none',
      () => [listening('*', { account: 'sales' })],
      /there is no account "sales": write one of default/,
    ],
    [
      'a durable name that is none',
      () => [listening('message.*', { durable: 'two words' })],
      /durable must be a name of 1 to 64/,
    ],
    [
      'circuits, which cannot be durable',
      () => [listening('*', { durable: 'all' })],
      /account\.circuit-opened and .* cannot be durable/,
    ],
    ['a provider of each request', () => [listening('*', {}, Scope.REQUEST)], /made anew for each request/],
    ['a provider of each injection', () => [listening('*', {}, Scope.TRANSIENT)], /or injection; make it a singleton/],
    [
      'a durable name that is taken',
      () => [listening('message.*', { durable: 'same' }), listening('report.*', { durable: 'same' })],
      /the durable name "same" is taken/,
    ],
  ])('stops the start of a host with %s', async (_, providers, sentence) => {
    const starting = bench.start({ imports: [EmayImsModule.forRoot(bench.options())], providers: providers() });
    await expect(starting).rejects.toThrow(EmayImsOptionsError);
    await expect(starting).rejects.toThrow(sentence);
  });

  it('refuses at once a method that would never be called', () => {
    const handle = Symbol('handle');
    const onStatic = () => {
      class Orders {
        @OnImsEvent('*')
        static onEvent() {}
      }
      return Orders;
    };
    const onSymbol = () => {
      class Orders {
        @OnImsEvent('*', { durable: 'orders' })
        [handle]() {}
      }
      return Orders;
    };
    for (const refused of [onStatic, onSymbol]) expect(refused).toThrow(EmayImsOptionsError);
    expect(onStatic).toThrow('@OnImsEvent at Orders.onEvent: it is static');
    expect(onSymbol).toThrow('@OnImsEvent at Orders[Symbol(handle)]: its name is a symbol');
  });

  it('refuses each type to a durable handler that no transaction records, and takes all others', async () => {
    const refused: string[] = [];
    for (const family of new Set(EMAY_IMS_EVENT_TYPES.map((type) => `${type.split('.')[0]}.*`))) {
      const providers = [listening(family, { durable: 'all' })];
      const starting = bench.start({ imports: [EmayImsModule.forRoot(bench.options())], providers });
      await starting.then(
        (host) => host.close(),
        () => refused.push(family),
      );
    }
    expect(refused).toEqual(['account.*']);
    const telling: string[] = [];
    for (const path of await sourcesOfLibrary()) {
      if ((await readFile(path, 'utf8')).includes('listeners.emit(')) telling.push(path.split('/').at(-1)!);
    }
    // The first tells of `account.*`, the other of what it has recorded.
    expect(telling.toSorted()).toEqual(['circuit-event.ts', 'event-transactions.ts']);
  });
});

describe('events$', () => {
  it('can be subscribed to in a constructor, and completes when the host closes', async () => {
    @Injectable()
    class Recorder {
      readonly all: Promise<EmayImsEvent[]>;

      constructor(@Inject(EmayImsService) readonly ims: EmayImsService) {
        this.all = lastValueFrom(ims.events$.pipe(toArray()));
      }
    }
    const host = await bench.start({ imports: [EmayImsModule.forRoot(bench.options())], providers: [Recorder] });
    const { ims, all } = host.get(Recorder);
    await ims.send(MESSAGE);
    await host.close();
    expect((await all).map(({ type }) => type)).toEqual(['message.accepted']);
  });
});

describe('the bridge to @nestjs/event-emitter', () => {
  it('emits the events of every account under names of their own', async () => {
    const heard: string[] = [];
    class Listener {
      @OnEvent('emay-ims.message.accepted')
      accepted({ account }: EmayImsEventMap['message.accepted']) {
        heard.push(account);
      }

      @OnEvent('emay-ims.message.*')
      throws({ type }: EmayImsEvent) {
        heard.push(type);
        throw new Error('no');
      }
    }
    const host = await bench.start({
      imports: [EmayImsEventEmitterModule, EventEmitterModule.forRoot({ wildcard: true }), ...(await twoAccounts())],
      providers: [Listener],
    });
    for (const name of ['marketing', 'default']) await host.get<EmayImsService>(getEmayImsToken(name)).send(MESSAGE);
    expect(heard.toSorted()).toEqual(['default', 'marketing', 'message.accepted', 'message.accepted']);

    host.get(EventEmitter2).on('emay-ims.message.accepted', () => {
      throw new Error('a listener that nobody guards');
    });
    await expect(host.get(EmayImsService).send(MESSAGE)).resolves.toMatchObject({ state: 'ACCEPTED' });
    expect(bench.logs.lines).toContainEqual(
      expect.stringMatching(/^error A listener of EventEmitter2, called with message\.accepted .*, failed with Error$/),
    );
  });

  it.each([true, false])(
    'emits what comes before the start is over once its listeners are there: global %s',
    async (global) => {
      const heard: string[] = [];
      class Listener {
        @OnEvent('emay-ims.message.accepted')
        accepted({ customImsId }: EmayImsEventMap['message.accepted']) {
          heard.push(customImsId);
        }
      }
      @Injectable()
      class Early {
        constructor(@Inject(EmayImsService) private readonly ims: EmayImsService) {}
        onModuleInit = () => this.ims.send({ ...MESSAGE, customImsId: 'in-a-hook' });
      }
      @Module({ providers: [Early] })
      class Feature {}
      const host = await bench.compile({
        imports: [
          EmayImsModule.forRoot(bench.options({ isGlobal: true })),
          ...[Feature, EmayImsEventEmitterModule, EventEmitterModule.forRoot({ global })],
        ],
        providers: [Listener],
      });
      await host.get(EmayImsService).send({ ...MESSAGE, customImsId: 'before-all-hooks' });
      await host.init();
      await host.get(EmayImsService).send({ ...MESSAGE, customImsId: 'after-them' });
      expect(heard).toEqual(['before-all-hooks', 'in-a-hook', 'after-them']);
    },
  );

  it('passes over a service whose events nobody can subscribe to, as of a stub', async () => {
    const stub = Object.create(EmayImsService.prototype) as EmayImsService;
    const host = await Test.createTestingModule({
      imports: [EventEmitterModule.forRoot(), EmayImsEventEmitterModule, EmayImsModule.forRoot(bench.options())],
    })
      .overrideProvider(EmayImsService)
      .useValue(stub)
      .setLogger(bench.logs)
      .compile();
    await host.init();
    expect(host.get(EmayImsService)).toBe(stub);
    await host.close();
  });

  it('says what is missing where the host has no EventEmitter2', async () => {
    const starting = bench.start({ imports: [EmayImsEventEmitterModule, EmayImsModule.forRoot(bench.options())] });
    await expect(starting).rejects.toThrow('Import EventEmitterModule.forRoot()');
  });

  it('alone asks for @nestjs/event-emitter: the package loads where that is not installed', async () => {
    const library = await compiledLibrary();
    const refusing = `export async function resolve(specifier, context, next) {
      if (specifier.startsWith('@nestjs/event-emitter')) throw new Error('It is not installed.');
      return next(specifier, context);
    }`;
    const program = `import { register } from 'node:module';
      register('data:text/javascript,' + ${JSON.stringify(encodeURIComponent(refusing))});
      await import('reflect-metadata');
      const { EmayImsModule } = await import(${JSON.stringify(library.entry)});
      const bridge = await import(${JSON.stringify(library.entry.replace('index.js', 'event-emitter/index.js'))}).catch(({ message }) => message);
      console.log(EmayImsModule.name, bridge);`;
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
      encoding: 'utf8',
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    await library.remove();
    expect({ stdout, stderr }).toEqual({ stdout: 'EmayImsModule It is not installed.\n', stderr: '' });
    const asking = [];
    for (const path of await sourcesOfLibrary()) {
      if ((await readFile(path, 'utf8')).includes("from '@nestjs/event-emitter'")) asking.push(path.split('/').at(-1));
    }
    expect(asking).toEqual(['event-emitter.module.ts']);
  });
});
