/** What a class shows of a property in OpenAPI documents. */
export interface DescribedProperty {
  required: boolean;
  description: string;
  isArray?: boolean;
  enum?: readonly string[];
  pattern?: string;
  [limit: string]: unknown;
}

const FACTORY = '_OPENAPI_METADATA_FACTORY';
type Describing = { [FACTORY]?: () => Record<string, DescribedProperty> };

/** The properties of a class as `@nestjs/swagger` finds them: its own, and those of the classes above it. */
export function describedProperties(type: new () => object, withInherited = true): Record<string, DescribedProperty> {
  const own = Object.hasOwn(type, FACTORY) ? ((type as Describing)[FACTORY]?.() ?? {}) : {};
  const parent = Object.getPrototypeOf(type) as new () => object;
  const inherited = withInherited && parent.prototype ? describedProperties(parent) : {};
  return { ...inherited, ...own };
}
