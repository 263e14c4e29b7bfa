import { Body, Controller, Get, Post, Query, ValidationPipe, type INestApplication } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { FindImsDto, SendImsBatchDto, SendImsDto, SendPersonalizedImsDto } from 'nestjs-emay-ims';

export const PIPE_OPTIONS = { transform: true, whitelist: true, forbidNonWhitelisted: true } as const;

/** Says of which class the body has become, and which of its times have become a `Date`. */
function described(body: object) {
  const dates = Object.entries(body).flatMap(([key, value]) => (value instanceof Date ? [key] : []));
  return { type: body.constructor.name, dates, body };
}

@Controller()
class DtoController {
  @Post('send')
  send(@Body() body: SendImsDto) {
    return described(body);
  }

  @Post('batch')
  batch(@Body() body: SendImsBatchDto) {
    return { ...described(body), entry: body.recipients[0]?.constructor.name };
  }

  @Post('personalized')
  personalized(@Body() body: SendPersonalizedImsDto) {
    return { ...described(body), entry: body.messages[0]?.constructor.name };
  }

  @Get('find')
  find(@Query() query: FindImsDto) {
    return described(query);
  }

  @Post('find')
  findByBody(@Body() body: FindImsDto) {
    return described(body);
  }
}

/** A host that takes the DTOs over HTTP, with the pipe that Nest's documentation recommends. */
export async function startDtoApp(options: object = {}): Promise<{ app: INestApplication; url: string }> {
  const host = await Test.createTestingModule({ controllers: [DtoController] }).compile();
  const app = host.createNestApplication<NestExpressApplication>({ logger: false });
  app.useBodyParser('json', { limit: '32mb' });
  app.useGlobalPipes(new ValidationPipe({ ...PIPE_OPTIONS, ...options }));
  await app.listen(0, '127.0.0.1');
  return { app, url: await app.getUrl() };
}
