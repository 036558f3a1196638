/** Pages along a syntax tree: functions, methods, class heads, types. Works on every grammar through node types alone. */
import type { Node } from 'web-tree-sitter';
import {
  definitionName,
  holdsLocals,
  isContainer,
  isDefinition,
  isPlainVariable,
  isTrivia,
} from './definitions';
import { maxTokens, type SourcePage } from './Page';
import { mergeSegments, type Segment, splitLines } from './Segment';
import type { SourceText } from './SourceText';

/** Deeper nesting (generated tables, minified expressions) is cut by lines. */
const maxDepth = 48;
/** How far below a page's node definitions are named. */
const nameDepth = 8;

/** Where a node stands: the symbol path around it, and whether that is code that runs. */
interface Scope {
  readonly container: string;
  readonly inFunction: boolean;
  readonly depth: number;
}

/** @returns pages that together cover every line of `source` once, in order */
export function syntaxChunks(source: SourceText, root: Node): SourcePage[] {
  const whole: Segment = { first: 0, last: source.lineCount - 1, symbol: '', names: [] };
  return mergeSegments(source, split(source, root, whole, { container: '', inFunction: false, depth: 0 }));
}

/** Cuts a node's lines until every piece fits one page. */
function split(source: SourceText, node: Node, run: Segment, scope: Scope): Segment[] {
  if (source.tokens(run.first, run.last) <= maxTokens) {
    const within = scope.inFunction ? [] : namesWithin(node, 0);
    return [{ ...run, names: [...new Set([...run.names, ...within])] }];
  }
  if (scope.depth > maxDepth || run.first === run.last) return splitLines(source, run);

  const segments: Segment[] = [];
  let names = run.names;
  let cursor = run.first;
  const add = (segment: Segment) => {
    segments.push(
      ...(source.tokens(segment.first, segment.last) > maxTokens ? splitLines(source, segment) : [segment]),
    );
    names = [];
  };
  for (const child of node.namedChildren) {
    if (!child || isTrivia(child)) continue;
    // A unit begins where the one before ended, so comments and decorators stay with what they describe.
    const last = Math.min(lastRow(child), run.last);
    if (last < cursor) continue;
    const childRow = child.startPosition.row;
    const isHead = segments.length === 0 && node.parent !== null;
    if (childRow > cursor && (isHead || source.tokens(cursor, childRow - 1) > maxTokens)) {
      // The head: what a node has before its first child, such as `class A {`; or a comment of more than a page.
      add({ first: cursor, last: childRow - 1, symbol: run.symbol, names });
      cursor = childRow;
    }
    const unit = unitOf(child, scope);
    const symbol = unit.name === undefined ? run.symbol : join(scope.container, unit.name);
    const own = unit.name === undefined ? names : [...names, unit.name];
    segments.push(...split(source, child, { first: cursor, last, symbol, names: own }, unit.scope));
    names = [];
    cursor = last + 1;
  }
  if (cursor <= run.last) add({ first: cursor, last: run.last, symbol: run.symbol, names });
  return segments;
}

/** What a child defines, and the scope within it. `export class A` names the unit; the class inside opens the scope. */
function unitOf(child: Node, scope: Scope): { readonly name: string | undefined; readonly scope: Scope } {
  const name = scope.inFunction && isPlainVariable(child) ? undefined : definitionName(child);
  return {
    name,
    scope: {
      container: name !== undefined && isDefinition(child) ? join(scope.container, name) : scope.container,
      inFunction: scope.inFunction || holdsLocals(child),
      depth: scope.depth + 1,
    },
  };
}

/** The last row with text of the node: many grammars end a node at the start of the next line. */
function lastRow(node: Node): number {
  const { row, column } = node.endPosition;
  return column === 0 && row > node.startPosition.row ? row - 1 : row;
}

function join(container: string, name: string): string {
  return container === '' ? name : `${container}.${name}`;
}

/** Names defined within a node; bodies of functions are not searched, their locals are nobody else's business. */
function namesWithin(node: Node, depth: number): string[] {
  const names: string[] = [];
  for (const child of node.namedChildren) {
    if (!child) continue;
    const name = isDefinition(child) ? definitionName(child) : undefined;
    if (name !== undefined) names.push(name);
    if (depth < nameDepth && isContainer(child)) names.push(...namesWithin(child, depth + 1));
  }
  return names;
}
