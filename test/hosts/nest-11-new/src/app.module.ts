import { Body, Controller, Get, Module, Param, Post } from '@nestjs/common';
import { EmayImsModule, EmayImsService, SendImsDto } from 'nestjs-emay-ims';
import { EmayImsPushModule } from 'nestjs-emay-ims/push';
import { EmayImsConsoleModule } from 'nestjs-emay-ims-console';

@Controller('messages')
export class MessagesController {
  constructor(private readonly ims: EmayImsService) {}

  @Post()
  send(@Body() message: SendImsDto) {
    return this.ims.send(message);
  }

  @Get(':id')
  find(@Param('id') customImsId: string) {
    return this.ims.findOne(customImsId);
  }
}

@Module({
  imports: [
    EmayImsModule.forRoot({
      baseUrl: process.env.EMAY_BASE_URL ?? 'http://127.0.0.1:8899',
      appId: process.env.EMAY_APP_ID ?? 'EUCP-EMY-SMS0-SIMUL',
      secretKey: process.env.EMAY_SECRET_KEY ?? '0123456789ABCDEF',
      database: { type: 'sqlite', path: './data/ims.sqlite' },
      transport: 'secure',
      reports: { source: 'push' },
    }),
    EmayImsPushModule.forRoot({ path: '/emay/reports' }),
    EmayImsConsoleModule.forRoot({ path: '/sms' }),
  ],
  controllers: [MessagesController],
})
export class AppModule {}
