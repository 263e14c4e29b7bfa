import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import {
  ApiOkResponse,
  ApiProperty,
  DocumentBuilder,
  IntersectionType,
  OmitType,
  PartialType,
  PickType,
  SwaggerModule,
  type OpenAPIObject,
} from '@nestjs/swagger';
import { Test } from '@nestjs/testing';
import {
  FindImsDto,
  ResolveUnconfirmedDto,
  SendImsBatchDto,
  SendImsDto,
  SendPersonalizedImsDto,
} from 'nestjs-emay-ims';
import { ImsMessageView, ImsMessageViewPage, ImsProblem } from 'nestjs-emay-ims/http';

class CampaignMessage extends SendImsDto {
  @ApiProperty({ description: 'Of the host.' })
  campaign: string;

  @ApiProperty({ description: 'Shorter here.', maxLength: 70 })
  declare content: string;
}
class Picked extends PickType(SendImsDto, ['mobile', 'priority']) {}
class Omitted extends OmitType(SendImsDto, ['content', 'sendAt', 'expiresAt']) {}
class Partial extends PartialType(SendImsBatchDto) {}
class Intersection extends IntersectionType(PickType(SendImsDto, ['content']), ResolveUnconfirmedDto) {}

@Controller()
class SmsController {
  @Post('send')
  @ApiOkResponse({ type: ImsMessageView })
  send(@Body() _body: SendImsDto) {}

  @Post('batch')
  batch(@Body() _body: SendImsBatchDto) {}

  @Post('personalized')
  personalized(@Body() _body: SendPersonalizedImsDto) {}

  @Post('resolve')
  @ApiOkResponse({ type: ImsProblem })
  resolve(@Body() _body: ResolveUnconfirmedDto) {}

  @Get('find')
  @ApiOkResponse({ type: ImsMessageViewPage })
  find(@Query() _filter: FindImsDto) {}

  @Post('extended')
  extended(@Body() _body: CampaignMessage) {}

  @Post('picked')
  picked(@Body() _body: Picked) {}

  @Post('omitted')
  omitted(@Body() _body: Omitted) {}

  @Post('partial')
  partial(@Body() _body: Partial) {}

  @Post('intersection')
  intersection(@Body() _body: Intersection) {}
}

/** The document of a host whose only description of the DTOs is that it uses them. */
export async function documentOfHost(version: '3.0.0' | '3.1.0'): Promise<OpenAPIObject> {
  const host = await Test.createTestingModule({ controllers: [SmsController] }).compile();
  const app = host.createNestApplication({ logger: false });
  try {
    await app.init();
    return SwaggerModule.createDocument(app, new DocumentBuilder().setOpenAPIVersion(version).build());
  } finally {
    await app.close();
  }
}
