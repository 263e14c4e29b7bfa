import { Test } from '@nestjs/testing';
import { EmayImsService } from 'nestjs-emay-ims';

// As tests do of an application whose own calls go by axios.
jest.mock('axios');

it('starts and closes where axios is mocked as a whole', async () => {
  Object.assign(process.env, {
    EMAY_BASE_URL: 'http://127.0.0.1:1',
    EMAY_APP_ID: 'EUCP-EMY-SMS1-PRODU',
    EMAY_SECRET_KEY: 'FEDCBA9876543210',
  });
  // Here, as it reads the variables when it is loaded.
  const { AppModule } = jest.requireActual<typeof import('./app.module')>('./app.module');
  const host = await Test.createTestingModule({ imports: [AppModule] })
    .overrideProvider(EmayImsService)
    .useValue({ send: jest.fn() })
    .compile();
  const app = await host.createNestApplication().init();
  await app.close();
});
