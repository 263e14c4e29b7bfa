import { Injectable, Module } from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
import {
  EmayImsModule,
  EmayImsService,
  InjectEmayIms,
  type EmayImsModuleOptions,
  type ImsMessage,
} from 'nestjs-emay-ims';

/** Two accounts of one gateway, kept inside a feature of the application: nobody else sees `EmayImsService`. */
const account = (name: string) =>
  EmayImsModule.forRootAsync({
    name,
    imports: [ConfigModule],
    inject: [ConfigService],
    useFactory: (config: ConfigService): EmayImsModuleOptions => ({
      baseUrl: config.getOrThrow<string>('GATEWAY_URL'),
      appId: `account-${name}`,
      secretKey: config.getOrThrow<string>(`SECRET_KEY_${name.toUpperCase()}`),
      database: { type: 'sqlite', path: './data/ims.sqlite' },
      reports: { intervalMs: 200 },
    }),
  });

@Injectable()
export class SmsService {
  constructor(
    @InjectEmayIms('codes') readonly codes: EmayImsService,
    @InjectEmayIms('marketing') readonly marketing: EmayImsService,
  ) {}

  sendCode(mobile: string, content: string): Promise<ImsMessage> {
    return this.codes.send({ mobile, content, customImsId: 'same-id' });
  }

  sendOffer(mobile: string, content: string): Promise<ImsMessage> {
    return this.marketing.send({ mobile, content, customImsId: 'same-id' });
  }
}

@Module({ imports: [account('codes'), account('marketing')], providers: [SmsService], exports: [SmsService] })
export class SmsModule {}
