import type { OpenApiProperty } from '../openapi/openapi-property.js';
import { DEFAULT_PROTOCOL_OPTIONS, MAX_CUSTOM_IMS_ID_LENGTH } from '../protocol/index.js';

/** What several DTOs have, as OpenAPI documents show it. A test holds it to what is checked, and to the comments of the fields. */

export const MOBILE: OpenApiProperty = {
  type: 'string',
  description: 'International number: `+61 422 118 000`, `0061422118000`.',
};

export const CONTENT: OpenApiProperty = {
  type: 'string',
  minLength: 1,
  maxLength: DEFAULT_PROTOCOL_OPTIONS.maxContentLength,
  pattern: '\\S',
  description: 'The text: not blank, at most 500 UTF-16 units.',
};

export const CUSTOM_IMS_ID: OpenApiProperty = {
  required: false,
  type: 'string',
  minLength: 1,
  maxLength: MAX_CUSTOM_IMS_ID_LENGTH,
  pattern: '^[!-~]+$',
  description:
    'Idempotency key: at most 32 printable ASCII characters without spaces, unique in the account. Default: a new one.',
};

/** Optional. */
export function time(description: string): OpenApiProperty {
  return { required: false, type: 'string', format: 'date-time', description };
}
