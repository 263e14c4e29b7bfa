import 'reflect-metadata';
import { setTimeout as pause } from 'node:timers/promises';
import { Body, Controller, Module, Post, type INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { InjectDataSource, TypeOrmModule } from '@nestjs/typeorm';
import type { Simulator } from 'emay-ims-simulator';
import { EMAY_IMS_ENTITIES, EMAY_IMS_MIGRATIONS, EmayImsModule, EmayImsService, SendImsDto } from 'nestjs-emay-ims';
import { DataSource } from 'typeorm';

const url = process.env.DATABASE_URL ?? '';

@Controller('messages')
export class MessagesController {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly ims: EmayImsService,
  ) {}

  @Post()
  enqueue(@Body() message: SendImsDto) {
    return this.dataSource.transaction((manager) => this.ims.enqueue([message], { manager }));
  }
}

export function appModule({ url: baseUrl, accounts: [account] }: Simulator) {
  @Module({
    imports: [
      TypeOrmModule.forRoot({
        type: url.startsWith('postgres') ? 'postgres' : 'mariadb',
        url,
        entities: [...EMAY_IMS_ENTITIES],
        migrations: [...EMAY_IMS_MIGRATIONS],
        migrationsRun: true,
      }),
      EmayImsModule.forRoot({
        baseUrl,
        appId: account!.appId,
        secretKey: account!.secretKey,
        dispatch: { intervalMs: 200 },
        reports: { intervalMs: 200 },
      }),
    ],
    controllers: [MessagesController],
  })
  class AppModule {}
  return AppModule;
}

/** Enqueues in a transaction of the DataSource, and waits until the message is delivered. */
export async function deliver(app: INestApplication, customImsId: string): Promise<void> {
  const ims = app.get(EmayImsService);
  await app.get(MessagesController).enqueue({ mobile: '+61422118000', content: 'Your code is 4711', customImsId });
  const giveUpAt = Date.now() + 20_000;
  while ((await ims.findOne(customImsId))?.state !== 'DELIVERED') {
    if (Date.now() > giveUpAt) throw new Error(`Not delivered: ${JSON.stringify(await ims.stats())}`);
    await pause(50);
  }
}

/** The fields of the module's DTO in a document of `@nestjs/swagger`. */
export function documentedFields(app: INestApplication): string[] {
  const { components } = SwaggerModule.createDocument(app, new DocumentBuilder().build());
  const { properties } = components?.schemas?.SendImsDto as { properties: object };
  return Object.keys(properties).sort();
}
