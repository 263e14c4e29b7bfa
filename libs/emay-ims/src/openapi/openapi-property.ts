/** A property as `@nestjs/swagger` takes it: what `@ApiProperty` would be given. */
export interface OpenApiProperty {
  description: string;
  /** Default: `true`. */
  required?: boolean;
  /** A type of JSON Schema; or, by a function of this very name, a class (`[Class]`: a list of it). */
  type?: 'string' | 'integer' | 'number' | 'boolean' | (() => unknown);
  isArray?: boolean;
  enum?: readonly string[];
  enumName?: string;
  format?: 'date-time';
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  pattern?: string;
  default?: number;
  nullable?: boolean;
}

/** Where the plugin of `@nestjs/swagger` leaves what it has found out about a class, and where that package looks for it. */
const FACTORY = '_OPENAPI_METADATA_FACTORY';

type Describable = object & { [FACTORY]?: () => Record<string, OpenApiProperty> };

/**
 * Shows a property in OpenAPI documents. Nothing of ours imports `@nestjs/swagger`: every version of it that reads what its own
 * plugin writes reads this, and so do its `PickType`, `PartialType` and the like.
 */
export function OpenApi(property: OpenApiProperty): PropertyDecorator {
  return ({ constructor }, name) => {
    const type: Describable = constructor;
    const before = Object.hasOwn(type, FACTORY) ? type[FACTORY]?.() : {};
    const properties = { ...before, [name]: { required: true, ...property } };
    // A copy each time: who reads it makes it his own.
    const value = () => Object.fromEntries(Object.entries(properties).map(([key, own]) => [key, { ...own }]));
    Object.defineProperty(type, FACTORY, { value, configurable: true, writable: true });
  };
}
