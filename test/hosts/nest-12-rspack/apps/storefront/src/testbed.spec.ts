import { Test } from '@nestjs/testing';
import { EmayImsUnconfirmedError } from 'nestjs-emay-ims';
import { EmayImsTestbed, EmayImsTestbedModule } from 'nestjs-emay-ims/testing';

it('sends a message that is delivered, and tells an error by its class', async () => {
  const host = await Test.createTestingModule({ imports: [EmayImsTestbedModule.forRoot()] }).compile();
  await host.init();
  const testbed = host.get(EmayImsTestbed);
  await testbed.ims.send({ mobile: '+61422118000', content: 'Hello', customImsId: 'order-1' });
  await testbed.delivered('order-1');

  testbed.simulator.inject({ kind: 'reset-after', on: 'sendSingleIMS' });
  const sent = testbed.ims.send({ mobile: '+61422118001', content: 'Hello' });
  await expect(sent).rejects.toBeInstanceOf(EmayImsUnconfirmedError);
  await host.close();
});
