import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, expect, it } from '@jest/globals';
import { ConsoleLogger, Injectable, Module, type Type } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import {
  EmayImsModule,
  EmayImsOptionsError,
  EmayImsService,
  getEmayImsToken,
  OnImsEvent,
  type EmayImsEvent,
  type ImsMessageEvent,
} from 'nestjs-emay-ims';
import { EmayImsTestingModule, InMemoryEmayImsService } from 'nestjs-emay-ims/testing';
import { lastValueFrom, toArray } from 'rxjs';

const MESSAGE = { mobile: '+61422118000', content: 'Hello', customImsId: 'one' };

let calls: string[] = [];
let host: TestingModule | undefined;
afterEach(async () => {
  await host?.close();
  host = undefined;
  calls = [];
});

async function start(provider: Type, imports = [EmayImsTestingModule.forRoot()]): Promise<InMemoryEmayImsService> {
  const building = Test.createTestingModule({ imports, providers: [provider] });
  host = await building.setLogger(new ConsoleLogger({ logLevels: [] })).compile();
  await host.init();
  return host.get(InMemoryEmayImsService);
}

it('a method is called with what it wants to hear, once for each change', async () => {
  class Orders {
    @OnImsEvent('message.delivered')
    delivered({ customImsId }: ImsMessageEvent) {
      calls.push(`delivered ${customImsId}`);
    }

    @OnImsEvent('*')
    any({ type }: EmayImsEvent) {
      calls.push(type);
    }
  }
  const ims = await start(Orders);
  await ims.send(MESSAGE);
  expect(calls).toEqual(['message.accepted']);
  for (let time = 0; time < 2; time++) await ims.report('one', 'DELIVRD');
  expect(calls.slice(1).toSorted()).toEqual(['delivered one', 'message.delivered']);
});

it('finds the message, and those of its step, in the new state', async () => {
  @Injectable()
  class Orders {
    constructor(private readonly ims: EmayImsService) {}

    @OnImsEvent('message.accepted')
    async accepted() {
      calls.push(`${(await this.ims.stats()).ACCEPTED} accepted`);
    }
  }
  const ims = await start(Orders);
  await ims.enqueue([MESSAGE, { ...MESSAGE, mobile: '+61422118001', customImsId: 'two' }]);
  await ims.dispatch();
  expect(calls).toEqual(['2 accepted', '2 accepted']);
});

it('is called with what ends or is given up because nothing comes', async () => {
  class Orders {
    @OnImsEvent('message.*')
    any({ type, customImsId }: ImsMessageEvent) {
      calls.push(`${type} ${customImsId}`);
    }
  }
  let now = Date.now();
  const ims = await start(Orders, [EmayImsTestingModule.forRoot({ now: () => now })]);
  await ims.send(MESSAGE);
  const later = { sendAt: new Date(now + 2), expiresAt: new Date(now + 3) };
  await ims.enqueue([{ ...MESSAGE, customImsId: 'two', ...later }]);
  now += 1e10;
  await ims.dispatch();
  expect(calls).toEqual(['message.accepted one', 'message.expired two', 'message.unknown one']);
});

it('has ended, with all that it waits for, when report() and dispatch() resolve', async () => {
  class Orders {
    @OnImsEvent('message.*')
    async any({ state }: ImsMessageEvent) {
      await pause(20);
      calls.push(state);
    }
  }
  const ims = await start(Orders);
  await ims.enqueue([MESSAGE]);
  await ims.dispatch();
  expect(calls).toEqual(['ACCEPTED']);
  await ims.report('one', 'DELIVRD');
  expect(calls).toEqual(['ACCEPTED', 'DELIVERED']);
});

it('may itself make calls, also those of the test, and wait for them', async () => {
  @Injectable()
  class Answers {
    constructor(private readonly ims: EmayImsService) {}

    @OnImsEvent('message.accepted')
    @OnImsEvent('message.accepted', { durable: 'answers' })
    async deliver({ customImsId }: ImsMessageEvent) {
      await pause(1);
      await (this.ims as InMemoryEmayImsService).report(customImsId, 'DELIVRD');
      await (this.ims as InMemoryEmayImsService).dispatch();
    }

    @OnImsEvent('message.delivered')
    async delivered({ customImsId }: ImsMessageEvent) {
      await pause(20);
      calls.push(customImsId);
      if (customImsId === 'one') await this.ims.send({ ...MESSAGE, customImsId: 'two' });
    }
  }
  const ims = await start(Answers);
  await ims.enqueue([MESSAGE]);
  await ims.dispatch();
  expect(calls).toEqual(['one', 'two']);
});

it('that throws disturbs nothing', async () => {
  class Orders {
    @OnImsEvent('message.accepted')
    throws() {
      throw new Error('no');
    }

    @OnImsEvent('message.*')
    async rejects({ state }: ImsMessageEvent) {
      calls.push(state);
      throw new Error('no');
    }
  }
  const ims = await start(Orders);
  expect(await ims.send(MESSAGE)).toMatchObject({ state: 'ACCEPTED' });
  expect(await ims.report('one', 'DELIVRD')).toMatchObject({ state: 'DELIVERED' });
  expect(calls).toEqual(['ACCEPTED', 'DELIVERED']);
});

it('that is durable is called in the background: by report() and dispatch()', async () => {
  class Invoices {
    @OnImsEvent(['message.accepted', 'message.delivered'], { durable: 'invoices' })
    async charge({ state }: ImsMessageEvent) {
      await pause(20);
      calls.push(state);
    }
  }
  const ims = await start(Invoices);
  await ims.send(MESSAGE);
  expect(calls).toEqual([]);
  expect(await ims.status()).toMatchObject({ pendingEvents: 1, failedEvents: 0 });
  await ims.dispatch();
  expect(calls).toEqual(['ACCEPTED']);
  expect(await ims.status()).toMatchObject({ pendingEvents: 0 });
  await ims.report('one', 'DELIVRD');
  await ims.report('one', 'DELIVRD');
  expect(calls).toEqual(['ACCEPTED', 'DELIVERED']);
});

it('that is durable and throws fails the call, and is called again by the next, beside the others', async () => {
  let isBroken = true;
  class Invoices {
    @OnImsEvent('message.delivered', { durable: 'invoices' })
    async charge({ customImsId }: ImsMessageEvent) {
      calls.push(`charge ${customImsId}`);
      if (isBroken) throw new Error('the books are closed');
    }

    @OnImsEvent('message.delivered', { durable: 'archive' })
    archive({ customImsId }: ImsMessageEvent) {
      calls.push(`archive ${customImsId}`);
    }
  }
  const ims = await start(Invoices);
  await ims.send(MESSAGE);
  await expect(ims.report('one', 'DELIVRD')).rejects.toThrow('the books are closed');
  expect(await ims.findOne('one')).toMatchObject({ state: 'DELIVERED' });
  expect(calls.toSorted()).toEqual(['archive one', 'charge one']);
  expect(await ims.status()).toMatchObject({ pendingEvents: 1, failedEvents: 0 });
  isBroken = false;
  await ims.dispatch();
  expect(calls.slice(2)).toEqual(['charge one']);
  expect(await ims.status()).toMatchObject({ pendingEvents: 0 });
});

it('that is durable hears nothing from before reset()', async () => {
  class Invoices {
    @OnImsEvent('message.accepted', { durable: 'invoices' })
    charge({ customImsId }: ImsMessageEvent) {
      calls.push(customImsId);
    }
  }
  const ims = await start(Invoices);
  await ims.send(MESSAGE);
  ims.reset();
  await ims.send({ ...MESSAGE, customImsId: 'two' });
  await ims.dispatch();
  expect(calls).toEqual(['two']);
});

class ForMarketing {
  @OnImsEvent('message.accepted', { account: 'marketing' })
  accepted({ account }: ImsMessageEvent) {
    calls.push(account);
  }
}

it('hears the account that it names alone, and there has to be one', async () => {
  const ims = await start(ForMarketing, [
    EmayImsTestingModule.forRoot(),
    EmayImsTestingModule.forRoot({ name: 'marketing' }),
  ]);
  await ims.send(MESSAGE);
  await host!.get<EmayImsService>(getEmayImsToken('marketing')).send(MESSAGE);
  expect(calls).toEqual(['marketing']);
  await host!.close();
  const wrong = start(ForMarketing);
  await expect(wrong).rejects.toThrow(EmayImsOptionsError);
  await expect(wrong).rejects.toThrow('there is no account "marketing": write one of default');
});

it('is called where the stand-in has taken the place of the real module', async () => {
  const smsModule = EmayImsModule.forRoot({
    isGlobal: true,
    name: 'marketing',
    baseUrl: 'https://gateway.example:8443',
    appId: 'EUCP-EMY-SMS0-XXXXX',
    secretKey: 'KEY',
  });
  @Module({ imports: [smsModule], providers: [ForMarketing] })
  class AppModule {}
  host = await Test.createTestingModule({ imports: [AppModule] })
    .overrideModule(smsModule)
    .useModule(EmayImsTestingModule.forRoot({ name: 'marketing' }) as never)
    .compile();
  await host.init();
  await host.get<EmayImsService>(getEmayImsToken('marketing'), { strict: false }).send(MESSAGE);
  expect(calls).toEqual(['marketing']);
});

it('events$ completes when the host closes', async () => {
  const ims = await start(class {});
  const all = lastValueFrom(ims.events$.pipe(toArray()));
  await ims.send(MESSAGE);
  await host!.close();
  expect((await all).map(({ type }) => type)).toEqual(['message.accepted']);
});
