import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { REASONS, isReason } from '@trimtab/contracts/reasons';
import { isTest, sourceFiles } from '../tidy/source-files.js';

/** A refusal as the source writes it: the kind where it is written beside the reason. */
interface Refusal {
  readonly path: string;
  readonly kind: string | undefined;
  readonly reason: string;
}

/** Every reason that production code hands to `domainError` or puts into a field violation. */
function refusalsOf(path: string, text: string): readonly Refusal[] {
  const found: Refusal[] = [];
  const visit = (node: ts.Node): void => {
    if (
      ts.isCallExpression(node) &&
      ts.isIdentifier(node.expression) &&
      node.expression.text === 'domainError'
    ) {
      const [kind, reason] = node.arguments;
      if (kind !== undefined && reason !== undefined && ts.isStringLiteral(reason)) {
        found.push({
          path,
          kind: ts.isStringLiteral(kind) ? kind.text : undefined,
          reason: reason.text,
        });
      }
    }
    if (ts.isObjectLiteralExpression(node)) {
      const member = (name: string): ts.Expression | undefined =>
        node.properties
          .filter(ts.isPropertyAssignment)
          .find((property) => property.name.getText() === name)?.initializer;
      const reason = member('reason');
      const isViolation = node.properties.some((property) => property.name?.getText() === 'field');
      if (isViolation && reason !== undefined && ts.isStringLiteral(reason)) {
        found.push({ path, kind: undefined, reason: reason.text });
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true));
  return found;
}

describe('the closed list of reasons', () => {
  const refusals = sourceFiles()
    .filter((file) => !isTest(file) && /^(services|libs)\//.test(file.path))
    .flatMap((file) => refusalsOf(file.path, file.text));

  it('has every reason that a service answers with', () => {
    expect(refusals.length).toBeGreaterThan(20);
    expect(refusals.filter(({ reason }) => !isReason(reason))).toEqual([]);
  });

  it('gives each reason the code that the services use', () => {
    const wrong = refusals.filter(({ kind, reason }) => {
      const known = isReason(reason) ? REASONS.get(reason) : undefined;
      return kind !== undefined && known !== undefined && known.code !== kind;
    });
    expect(wrong).toEqual([]);
  });

  it('would notice a reason that is not listed', () => {
    const planted =
      "domainError('NOT_FOUND', 'NO_SUCH_REASON', 'x'); const v = { field: 'a', reason: 'OTHER' };";
    expect(refusalsOf('x.ts', planted).map(({ reason }) => reason)).toEqual([
      'NO_SUCH_REASON',
      'OTHER',
    ]);
  });
});
