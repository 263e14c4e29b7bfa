import { describe, expect, it } from '@jest/globals';
import { Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { EmayImsModule, EmayImsService, getEmayImsToken, InjectEmayIms } from 'nestjs-emay-ims';
import { EmayImsTestingModule, InMemoryEmayImsService } from 'nestjs-emay-ims/testing';

@Injectable()
class LoginService {
  constructor(private readonly ims: EmayImsService) {}

  async sendCode(mobile: string, code: string): Promise<void> {
    await this.ims.send({ mobile, content: `Your code is ${code}` });
  }
}

@Injectable()
class Newsletter {
  constructor(@InjectEmayIms('marketing') readonly ims: EmayImsService) {}
}

@Module({ providers: [LoginService] })
class LoginModule {}

const MOBILE = '+61422118000';

describe('the stand-in in a host', () => {
  it('is injected by whoever asks for an EmayImsService, in any module', async () => {
    const host = await Test.createTestingModule({ imports: [EmayImsTestingModule.forRoot(), LoginModule] }).compile();
    await host.get(LoginService, { strict: false }).sendCode(MOBILE, '4711');
    const ims = host.get(InMemoryEmayImsService);
    expect(host.get(EmayImsService)).toBe(ims);
    expect(ims.lastTo(MOBILE)).toMatchObject({ content: 'Your code is 4711', state: 'ACCEPTED' });
    await host.close();
  });

  it('is one for each account', async () => {
    const host = await Test.createTestingModule({
      imports: [EmayImsTestingModule.forRoot(), EmayImsTestingModule.forRoot({ name: 'marketing' })],
      providers: [Newsletter, LoginService],
    }).compile();
    await host.get(LoginService).sendCode(MOBILE, '4711');
    const { ims } = host.get(Newsletter);
    expect(ims).toBeInstanceOf(InMemoryEmayImsService);
    expect(ims).toBe(host.get(getEmayImsToken('marketing')));
    expect((await ims.find()).items).toEqual([]);
    expect(await ims.send({ mobile: MOBILE, content: 'News' })).toMatchObject({ account: 'marketing' });
  });

  it('of the default account alone is found by its class, in whatever order accounts are imported', async () => {
    const accounts = [EmayImsTestingModule.forRoot(), EmayImsTestingModule.forRoot({ name: 'marketing' })];
    for (const imports of [accounts, accounts.toReversed()]) {
      const host = await Test.createTestingModule({ imports }).compile();
      expect(host.get(InMemoryEmayImsService)).toBe(host.get(EmayImsService));
    }
    const host = await Test.createTestingModule({ imports: accounts.slice(1) }).compile();
    expect(() => host.get(InMemoryEmayImsService)).toThrow('InMemoryEmayImsService');
    expect(host.get(getEmayImsToken('marketing'))).toBeInstanceOf(InMemoryEmayImsService);
  });

  it('is a fresh one in each application, and for its own module alone where it is not global', async () => {
    const imports = [EmayImsTestingModule.forRoot({ isGlobal: false })];
    const [one, other] = [
      await Test.createTestingModule({ imports }).compile(),
      await Test.createTestingModule({ imports }).compile(),
    ];
    expect(one.get(EmayImsService)).not.toBe(other.get(EmayImsService));
    const outside = Test.createTestingModule({ imports: [...imports, LoginModule] });
    await expect(outside.compile()).rejects.toThrow("can't resolve dependencies of the LoginService");
  });

  it('takes the place of the real module of an application', async () => {
    const smsModule = EmayImsModule.forRoot({
      isGlobal: true,
      baseUrl: 'https://gateway.example:8443',
      appId: 'EUCP-EMY-SMS0-XXXXX',
      secretKey: 'KEY',
    });
    @Module({ imports: [smsModule, LoginModule] })
    class AppModule {}

    const host = await Test.createTestingModule({ imports: [AppModule] })
      .overrideModule(smsModule)
      .useModule(EmayImsTestingModule.forRoot() as never)
      .compile();
    await host.init();
    await host.get(LoginService, { strict: false }).sendCode(MOBILE, '4711');
    expect(host.get(InMemoryEmayImsService, { strict: false }).accepted).toHaveLength(1);
    await host.close();
  });
});
