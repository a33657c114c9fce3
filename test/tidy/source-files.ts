import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import ts from 'typescript';

/** A tracked or new source file of the repository. */
export interface SourceFile {
  /** Path from the repository's root. */
  readonly path: string;
  readonly text: string;
}

/** Every TypeScript file that people wrote: generated code is left out. */
export function sourceFiles(): readonly SourceFile[] {
  const listing = execFileSync(
    'git',
    ['ls-files', '--cached', '--others', '--exclude-standard', '--', '*.ts', '*.mjs', '*.js'],
    { encoding: 'utf8' },
  );
  return listing
    .split('\n')
    .filter((path) => path !== '' && !path.includes('/gen/'))
    .flatMap((path) => {
      try {
        return [{ path, text: readFileSync(path, 'utf8') }];
      } catch {
        // Deleted in the work tree and not committed yet.
        return [];
      }
    });
}

/** Module specifiers that a file imports or re-exports. */
export function importsOf(file: SourceFile): readonly string[] {
  return ts.preProcessFile(file.text, true, true).importedFiles.map(({ fileName }) => fileName);
}

/** The code of a file as tokens separated by spaces: no comments, no string contents. */
export function codeOf(text: string): string {
  const tokens: string[] = [];
  const source = ts.createSourceFile('file.ts', text, ts.ScriptTarget.Latest, true);
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) || ts.isTemplateLiteralToken(node)) return;
    if (ts.isRegularExpressionLiteral(node)) return;
    if (ts.isToken(node) || ts.isIdentifier(node)) tokens.push(node.getText(source));
    ts.forEachChild(node, visit);
    if (ts.isAwaitExpression(node)) tokens.push('await');
    if (ts.isCallExpression(node)) tokens.push(`${node.expression.getText(source)}(`);
    if (ts.isPropertyAccessExpression(node)) tokens.push(node.getText(source));
  };
  visit(source);
  return tokens.join(' ');
}

/** Whether the file holds tests or what only tests use; builds leave both out. */
export function isTest(file: SourceFile): boolean {
  return /\.(test|fixture)\.ts$/.test(file.path) || file.path.startsWith('test/');
}
