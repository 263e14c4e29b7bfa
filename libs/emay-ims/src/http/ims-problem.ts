import type { ImsViolation } from '../errors/emay-ims-errors.js';
import { OpenApi } from '../openapi/openapi-property.js';

/** One thing that is wrong with the input. */
export class ImsProblemViolation implements ImsViolation {
  /** Position in the list that was given, or -1 where it is not about one of several. */
  @OpenApi({
    type: 'integer',
    minimum: -1,
    description: 'Position in the list that was given, or -1 where it is not about one of several.',
  })
  index: number;

  /** The offending field, such as `mobile`. */
  @OpenApi({ type: 'string', description: 'The offending field, such as `mobile`.' })
  property: string;

  /** What is wrong and what is expected; never the value. */
  @OpenApi({ type: 'string', description: 'What is wrong and what is expected; never the value.' })
  message: string;
}

/** What `EmayImsExceptionFilter` answers: a problem document (RFC 9457), `application/problem+json`. */
export class ImsProblem {
  /** Names the kind of problem: a URI to compare, not to fetch. */
  @OpenApi({ type: 'string', description: 'Names the kind of problem: a URI to compare, not to fetch.' })
  type: string;

  /** The kind of problem in words. */
  @OpenApi({ type: 'string', description: 'The kind of problem in words.' })
  title: string;

  /** The status of the answer. */
  @OpenApi({ type: 'integer', description: 'The status of the answer.' })
  status: number;

  /** What has happened, and what the caller can do. */
  @OpenApi({ type: 'string', description: 'What has happened, and what the caller can do.' })
  detail: string;

  /** The stable code of the error; the gateway's own where that refused. */
  @OpenApi({ type: 'string', description: "The stable code of the error; the gateway's own where that refused." })
  code: string;

  /** Whether the same request may simply be made again later: no second SMS comes of it. */
  @OpenApi({
    type: 'boolean',
    description: 'Whether the same request may simply be made again later: no second SMS comes of it.',
  })
  retryable: boolean;

  /** The messages it is about, ids made by the service included. Left out where there are none. */
  @OpenApi({
    required: false,
    type: 'string',
    isArray: true,
    description: 'The messages it is about, ids made by the service included. Left out where there are none.',
  })
  customImsIds?: string[];

  /** Everything that is wrong with the input, where that is the problem. */
  @OpenApi({
    required: false,
    type: () => [ImsProblemViolation],
    description: 'Everything that is wrong with the input, where that is the problem.',
  })
  violations?: ImsProblemViolation[];
}
