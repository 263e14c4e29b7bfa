import { applyDecorators, HttpStatus } from '@nestjs/common';
import { ApiExtraModels, ApiResponse, getSchemaPath } from '@nestjs/swagger';
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

/** Shows which problem documents a call may answer with. */
export function ApiProblems(...statuses: (keyof typeof PROBLEMS)[]): MethodDecorator & ClassDecorator {
  return applyDecorators(
    ApiExtraModels(ImsProblem),
    ...statuses.map((status) =>
      ApiResponse({
        status,
        description: PROBLEMS[status],
        content: { 'application/problem+json': { schema: { $ref: getSchemaPath(ImsProblem) } } },
      }),
    ),
  );
}
