import { setImmediate as immediately } from 'node:timers/promises';
import { ValidationPipe, type ArgumentMetadata } from '@nestjs/common';
import type { ValidationError } from 'class-validator';
import { EmayImsValidationError, type ImsViolation } from 'nestjs-emay-ims';

/** Entries of a list that are checked at a stretch: other requests are served in between. */
const STRETCH = 500;
/** A list that is wrong from end to end is not checked to its end. */
const MAX_VIOLATIONS = 1_000;

/** Checks bodies and queries by their DTO classes, unknown fields included, and tells every violation by index. */
export class PatientValidationPipe extends ValidationPipe {
  constructor() {
    super({
      transform: true,
      whitelist: true,
      forbidNonWhitelisted: true,
      exceptionFactory: (errors) => new EmayImsValidationError(errors.flatMap((error) => violationsOf(error, -1, ''))),
    });
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const list = longListOf(value);
    if (!list) return this.check(value, metadata);
    const [name, entries] = list;
    const violations: ImsViolation[] = [];
    const checked: unknown[] = [];
    let whole: object | undefined;
    for (let start = 0; start < entries.length && violations.length < MAX_VIOLATIONS; start += STRETCH) {
      const part = { ...(value as object), [name]: entries.slice(start, start + STRETCH) };
      try {
        const result = (await this.check(part, metadata)) as Record<string, unknown[]>;
        whole ??= result;
        checked.push(...(result[name] ?? []));
      } catch (error) {
        if (!(error instanceof EmayImsValidationError)) throw error;
        // What is wrong beside the list has been told with its first stretch.
        const own = error.violations.filter(({ index }) => start === 0 || index >= 0);
        violations.push(...own.map((each) => (each.index < 0 ? each : { ...each, index: each.index + start })));
      }
      await immediately();
    }
    if (violations.length > 0 || !whole) throw new EmayImsValidationError(bounded(violations));
    return Object.assign(whole, { [name]: checked });
  }

  /** Fields that every object has by inheritance are passed over in silence as unknown ones are looked for. */
  private async check(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const inherited = metadata.type === 'custom' ? [] : inheritedFields(value, -1, '');
    if (inherited.length > 0) throw new EmayImsValidationError(inherited);
    return super.transform(value, metadata);
  }
}

/** The list that makes a body long: no DTO of ours has two. */
function longListOf(value: unknown): [name: string, entries: readonly unknown[]] | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const lists = Object.entries(value).filter((each): each is [string, unknown[]] => Array.isArray(each[1]));
  return lists.find(([, entries]) => entries.length > STRETCH);
}

function bounded(violations: ImsViolation[]): ImsViolation[] {
  if (violations.length < MAX_VIOLATIONS) return violations;
  const rest: ImsViolation = { index: -1, property: 'body', message: 'has more violations, which are not listed' };
  return [...violations.slice(0, MAX_VIOLATIONS), rest];
}

/** A violation for each field, at whatever depth, that is called as one of `Object.prototype`. */
function inheritedFields(value: unknown, index: number, path: string): ImsViolation[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((entry, at) => inheritedFields(entry, at, path));
  return Object.entries(value).flatMap(([name, inner]) => {
    const property = propertyOf(name, index, path);
    const own = { index, property, message: `property ${name} should not exist` };
    return [...(name in Object.prototype ? [own] : []), ...inheritedFields(inner, index, property)];
  });
}

/** Within an entry of a list it is called as it is there. */
function propertyOf(name: string, index: number, path: string): string {
  return path === '' || index >= 0 ? name : `${path}.${name}`;
}

/** The entries of a list are the children of its error, named by their index. */
function violationsOf(error: ValidationError, index: number, path: string): ImsViolation[] {
  const isEntry = /^\d+$/.test(error.property);
  const entryIndex = isEntry ? Number(error.property) : index;
  const property = isEntry ? path : propertyOf(error.property, entryIndex, path);
  const own = Object.values(error.constraints ?? {}).map((text) => ({
    index: entryIndex,
    property,
    message: text.startsWith(`${error.property} `) ? text.slice(error.property.length + 1) : text,
  }));
  return [...own, ...(error.children ?? []).flatMap((child) => violationsOf(child, entryIndex, property))];
}
