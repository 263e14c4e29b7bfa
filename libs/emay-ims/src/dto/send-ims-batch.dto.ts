import { Type } from 'class-transformer';
import { ArrayNotEmpty, IsArray, IsObject, IsOptional, ValidateNested } from 'class-validator';
import { HasDistinctCustomImsIds, IsCustomImsId, IsImsContent, IsImsMobile } from './decorators.js';
import { ImsSchedulingDto, SendImsDto } from './send-ims.dto.js';

/** One recipient of a text that goes to many. */
export class ImsRecipientDto {
  /** International number: `+61 422 118 000`, `0061422118000`. */
  @IsImsMobile()
  mobile: string;

  /** See `SendImsDto.customImsId`. */
  @IsOptional()
  @IsCustomImsId()
  customImsId?: string | undefined;
}

/** The same text to any number of recipients; split into requests of at most 300 (§2.2.1.2). */
export class SendImsBatchDto extends ImsSchedulingDto {
  /** See `SendImsDto.content`. */
  @IsImsContent()
  content: string;

  @IsArray()
  @ArrayNotEmpty()
  @IsObject({ each: true })
  @HasDistinctCustomImsIds()
  @ValidateNested({ each: true })
  @Type(() => ImsRecipientDto)
  recipients: ImsRecipientDto[];
}

/** Any number of messages, each with its own text; split into requests of at most 300 (§2.3.1.2). */
export class SendPersonalizedImsDto {
  @IsArray()
  @ArrayNotEmpty()
  @IsObject({ each: true })
  @HasDistinctCustomImsIds()
  @ValidateNested({ each: true })
  @Type(() => SendImsDto)
  messages: SendImsDto[];
}
