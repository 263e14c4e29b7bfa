import { Module, type DynamicModule } from '@nestjs/common';
import { EmayImsModule } from 'nestjs-emay-ims';

/** What both applications share; `role` decides who sends and who pulls reports. */
@Module({})
export class SmsModule {
  static forRole(role: 'enqueues' | 'sends'): DynamicModule {
    const works = role === 'sends';
    return {
      module: SmsModule,
      imports: [
        EmayImsModule.forRoot({
          baseUrl: process.env['GATEWAY_URL'] ?? '',
          appId: 'EUCP-EMY-SMS0-SIMUL',
          secretKey: '0123456789ABCDEF',
          database: { type: 'sqlite', path: './data/ims.sqlite' },
          dispatch: { enabled: works, intervalMs: 200 },
          reports: { enabled: works, intervalMs: 200 },
        }),
      ],
      exports: [EmayImsModule],
    };
  }
}
