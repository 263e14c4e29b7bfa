import { readFileSync } from 'node:fs';
import ts from 'typescript';

/** The comment of each property of a class, in one line. */
export function commentsOf(path: string, className: string): Record<string, string> {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const declaration = source.statements.filter(ts.isClassDeclaration).find(({ name }) => name?.text === className);
  const properties = declaration?.members.filter(ts.isPropertyDeclaration) ?? [];
  return Object.fromEntries(
    properties.map((property) => {
      const [comment] = ts.getJSDocCommentsAndTags(property);
      return [property.name.getText(), (ts.getTextOfJSDocComment(comment?.comment) ?? '').replaceAll(/\s+/g, ' ')];
    }),
  );
}
