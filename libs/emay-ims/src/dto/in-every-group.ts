import { getMetadataStorage } from 'class-validator';

/**
 * The rules of this class hold whatever `groups` the host's `ValidationPipe` has: `class-validator` passes over rules without groups there,
 * so nothing would be checked, and `whitelist` would delete every field. A filter that is deleted finds all messages.
 */
export function InEveryGroup(): ClassDecorator {
  return (dto) => {
    for (const rule of getMetadataStorage().getTargetValidationMetadatas(dto, '', true, false)) rule.always = true;
  };
}
