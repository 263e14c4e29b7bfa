import { Test, type TestingModule } from '@nestjs/testing';
import { EmayImsUnconfirmedError } from 'nestjs-emay-ims';
import { EmayImsTestbed, EmayImsTestbedModule, InMemoryEmayImsService } from 'nestjs-emay-ims/testing';
import { MessagesController } from './app.module';

const MESSAGE = { mobile: '+61422118000', content: 'Your code is 4711', customImsId: 'login-1' };

it('sends through the stand-in', async () => {
  const ims = new InMemoryEmayImsService();
  await new MessagesController(ims).send(MESSAGE);
  expect(ims.lastTo('+61422118000')).toMatchObject({ customImsId: 'login-1', state: 'ACCEPTED' });
});

describe('with the testbed', () => {
  let host: TestingModule;
  let testbed: EmayImsTestbed;

  beforeAll(async () => {
    host = await Test.createTestingModule({
      imports: [EmayImsTestbedModule.forRoot()],
      controllers: [MessagesController],
    }).compile();
    await host.init();
    testbed = host.get(EmayImsTestbed);
  });
  afterAll(() => host.close());

  it('sends a message that is delivered', async () => {
    await host.get(MessagesController).send(MESSAGE);
    await testbed.delivered('login-1');
  });

  it('tells an error of the package by its class', async () => {
    testbed.simulator.inject({ kind: 'reset-after', on: 'sendSingleIMS' });
    const sent = host.get(MessagesController).send({ ...MESSAGE, customImsId: 'login-2' });
    await expect(sent).rejects.toBeInstanceOf(EmayImsUnconfirmedError);
  });

  it('shows the page of the simulator', async () => {
    expect(await (await fetch(testbed.simulator.url)).text()).toContain('<html');
  });
});
