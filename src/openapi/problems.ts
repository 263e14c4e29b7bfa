import { applyDecorators, HttpStatus, type Type } from '@nestjs/common';
import { ApiExtraModels, ApiProperty, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { ImsProblem } from 'nestjs-emay-ims/http';

const PROBLEMS = {
  [HttpStatus.BAD_REQUEST]: 'The input is not acceptable: every violation, by index. Nothing was stored.',
  [HttpStatus.CONFLICT]:
    'The customImsId belongs to another message, or the message is not in the state that this needs.',
  [HttpStatus.FAILED_DEPENDENCY]:
    'The database did not say whether it has stored the messages: look them up, or repeat the call with these ids.',
  [HttpStatus.SERVICE_UNAVAILABLE]:
    'The database is away, or the service is shutting down: repeat the same call later.',
} as const;

/** What the service answers by itself: a problem document (RFC 9457) without members of its own. */
class HttpProblem {
  @ApiProperty({ type: String, description: 'about:blank: the status says it all.' })
  type: string;

  @ApiProperty({ type: String, description: 'The status in words.' })
  title: string;

  @ApiProperty({ type: 'integer', description: 'The status of the answer.' })
  status: number;

  @ApiProperty({ type: String, description: 'What has happened, and what the caller can do.' })
  detail: string;
}

export const HTTP_PROBLEMS = {
  [HttpStatus.UNAUTHORIZED]: 'The API key is missing or wrong.',
  [HttpStatus.NOT_FOUND]: 'There is no message with this customImsId.',
  [HttpStatus.PAYLOAD_TOO_LARGE]: 'The body is too long.',
  [HttpStatus.UNSUPPORTED_MEDIA_TYPE]: 'The Content-Type is not that of JSON in UTF-8.',
  [HttpStatus.TOO_MANY_REQUESTS]: 'Too many requests in a minute.',
} as const;

/** Shows which problem documents of the module a call may answer with. */
export function ApiProblems(...statuses: (keyof typeof PROBLEMS)[]): MethodDecorator & ClassDecorator {
  return answers(ImsProblem, PROBLEMS, statuses);
}

/** Shows which problem documents of the service itself a call may answer with. */
export function ApiHttpProblems(...statuses: (keyof typeof HTTP_PROBLEMS)[]): MethodDecorator & ClassDecorator {
  return answers(HttpProblem, HTTP_PROBLEMS, statuses);
}

function answers<Status extends number>(
  model: Type,
  descriptions: Readonly<Record<Status, string>>,
  statuses: readonly Status[],
): MethodDecorator & ClassDecorator {
  return applyDecorators(
    ApiExtraModels(model),
    ...statuses.map((status) =>
      ApiResponse({
        status,
        description: descriptions[status],
        content: { 'application/problem+json': { schema: { $ref: getSchemaPath(model) } } },
      }),
    ),
  );
}
