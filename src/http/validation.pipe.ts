import { ValidationPipe } from '@nestjs/common';
import type { ValidationError } from 'class-validator';
import { EmayImsValidationError, type ImsViolation } from 'nestjs-emay-ims';

/** Checks bodies and queries by their DTO classes, unknown fields included, and tells every violation by index. */
export function createValidationPipe(): ValidationPipe {
  return new ValidationPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    exceptionFactory: (errors) => new EmayImsValidationError(errors.flatMap((error) => violationsOf(error, -1, ''))),
  });
}

/** The entries of a list are the children of its error, named by their index. */
function violationsOf(error: ValidationError, index: number, path: string): ImsViolation[] {
  const isEntry = /^\d+$/.test(error.property);
  const entryIndex = isEntry ? Number(error.property) : index;
  const property = isEntry ? path : path === '' || entryIndex >= 0 ? error.property : `${path}.${error.property}`;
  const own = Object.values(error.constraints ?? {}).map((text) => ({
    index: entryIndex,
    property,
    message: text.startsWith(`${error.property} `) ? text.slice(error.property.length + 1) : text,
  }));
  return [...own, ...(error.children ?? []).flatMap((child) => violationsOf(child, entryIndex, property))];
}
