import { Type } from 'class-transformer';
import { ArrayNotEmpty, IsArray, IsObject, IsOptional, ValidateNested } from 'class-validator';
import { OpenApi } from '../openapi/openapi-property.js';
import { HasDistinctCustomImsIds, IsCustomImsId, IsImsContent, IsImsMobile } from './decorators.js';
import { InEveryGroup } from './in-every-group.js';
import { CONTENT, CUSTOM_IMS_ID, MOBILE } from './openapi-fields.js';
import { ImsSchedulingDto, SendImsDto } from './send-ims.dto.js';

/** One recipient of a text that goes to many. */
@InEveryGroup()
export class ImsRecipientDto {
  /** International number: `+61 422 118 000`, `0061422118000`. */
  @IsImsMobile()
  @OpenApi(MOBILE)
  mobile: string;

  /** Idempotency key: at most 32 printable ASCII characters without spaces, unique in the account. Default: a new one. */
  @IsOptional()
  @IsCustomImsId()
  @OpenApi(CUSTOM_IMS_ID)
  customImsId?: string | undefined;
}

/** The same text to any number of recipients; split into requests of at most 300 (§2.2.1.2). */
@InEveryGroup()
export class SendImsBatchDto extends ImsSchedulingDto {
  /** The text: not blank, at most 500 UTF-16 units. */
  @IsImsContent()
  @OpenApi(CONTENT)
  content: string;

  /** Whom it goes to: at least one, and no `customImsId` twice. */
  @IsArray()
  @ArrayNotEmpty()
  @IsObject({ each: true })
  @HasDistinctCustomImsIds()
  @ValidateNested({ each: true })
  @Type(() => ImsRecipientDto)
  @OpenApi({
    type: () => [ImsRecipientDto],
    minItems: 1,
    description: 'Whom it goes to: at least one, and no `customImsId` twice.',
  })
  recipients: ImsRecipientDto[];
}

/** Any number of messages, each with its own text; split into requests of at most 300 (§2.3.1.2). */
@InEveryGroup()
export class SendPersonalizedImsDto {
  /** The messages: at least one, and no `customImsId` twice. */
  @IsArray()
  @ArrayNotEmpty()
  @IsObject({ each: true })
  @HasDistinctCustomImsIds()
  @ValidateNested({ each: true })
  @Type(() => SendImsDto)
  @OpenApi({
    type: () => [SendImsDto],
    minItems: 1,
    description: 'The messages: at least one, and no `customImsId` twice.',
  })
  messages: SendImsDto[];
}
