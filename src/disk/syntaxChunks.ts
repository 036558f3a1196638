/** Segments along a syntax tree: functions, methods, class heads, types. Works on every grammar through node types alone. */
import type { Node } from 'web-tree-sitter';
import { definedName, holdsLocals, isDefinition, isPlainVariable, isTrivia } from './definitions';
import { maxTokens } from './Page';
import { type Segment, splitLines, wholeOf } from './Segment';
import type { SourceText } from './SourceText';
import type { Outline } from './toPages';
import { type Definition, treeSymbols } from './treeSymbols';

/** Deeper nesting (generated tables, minified expressions) is cut by lines. */
const maxDepth = 48;

/** Where a node stands: the symbol path around it, and whether that is code that runs. */
interface Scope {
  readonly container: string;
  readonly inFunction: boolean;
  readonly depth: number;
}

/**
 * @param run the lines that were parsed
 * @returns segments along the syntax, and what it defines and refers to
 */
export function syntaxChunks(source: SourceText, root: Node, run: Segment = wholeOf(source)): Outline {
  const { definitions, symbols } = treeSymbols(root, source.text);
  return { segments: new SyntaxCutter(source, definitions).cut(root, run), symbols };
}

class SyntaxCutter {
  private readonly segments: Segment[] = [];

  constructor(
    private readonly source: SourceText,
    private readonly definitions: readonly Definition[],
  ) {}

  cut(root: Node, run: Segment): Segment[] {
    this.split(root, run, { container: '', inFunction: false, depth: 0 });
    return this.segments;
  }

  /** Cuts a node's lines until every piece fits one page. */
  private split(node: Node, run: Segment, scope: Scope): void {
    const { source, segments } = this;
    if (source.tokens(run.first, run.last) <= maxTokens) {
      segments.push(scope.inFunction ? run : { ...run, names: [...run.names, ...this.namesIn(node)] });
      return;
    }
    if (scope.depth > maxDepth || run.first === run.last) {
      segments.push(...splitLines(source, run));
      return;
    }

    let names = run.names;
    let cursor = run.first;
    let isHead = scope.depth > 0;
    const add = (last: number) => {
      const segment = { ...run, first: cursor, last, names };
      if (source.tokens(cursor, last) > maxTokens) segments.push(...splitLines(source, segment));
      else segments.push(segment);
      names = [];
      isHead = false;
      cursor = last + 1;
    };
    for (const child of node.namedChildren) {
      if (!child || isTrivia(child)) continue;
      // A unit begins where the one before ended, so comments and decorators stay with what they describe.
      const last = Math.min(lastRow(child), run.last);
      if (last < cursor) continue;
      const childRow = child.startPosition.row;
      if (childRow > cursor && (isHead || source.tokens(cursor, childRow - 1) > maxTokens)) {
        // The head: what a node has before its first child, such as `class A {`; or a comment of more than a page.
        add(childRow - 1);
      }
      const unit = this.unitOf(child, scope);
      const symbol = unit.name === undefined ? run.symbol : join(scope.container, unit.name);
      const own = unit.name === undefined ? names : [...names, unit.name];
      this.split(child, { first: cursor, last, symbol, names: own }, unit.scope);
      names = [];
      isHead = false;
      cursor = last + 1;
    }
    if (cursor <= run.last) add(run.last);
  }

  /** What a child defines, and the scope within it. `export class A` names the unit; the class inside opens the scope. */
  private unitOf(child: Node, scope: Scope): { readonly name: string | undefined; readonly scope: Scope } {
    const depth = scope.depth + 1;
    const first = this.definitions[this.firstFrom(child.startIndex)];
    if (!first || first.start >= child.endIndex) return { name: undefined, scope: { ...scope, depth } };
    const name = scope.inFunction && isPlainVariable(child) ? undefined : definedName(child)?.name;
    return {
      name,
      scope: {
        container: name !== undefined && isDefinition(child) ? join(scope.container, name) : scope.container,
        inFunction: scope.inFunction || holdsLocals(child),
        depth,
      },
    };
  }

  /** Names defined within a node; what is inside functions is nobody else's business. */
  private namesIn(node: Node): string[] {
    const names: string[] = [];
    const end = node.endIndex;
    for (let i = this.firstFrom(node.startIndex); i < this.definitions.length; i++) {
      const definition = this.definitions[i];
      if (!definition || definition.start >= end) break;
      if (!definition.local) names.push(definition.name);
    }
    return names;
  }

  /** @returns the index of the first definition at or after an offset */
  private firstFrom(offset: number): number {
    let low = 0;
    let high = this.definitions.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.definitions[middle]?.start ?? 0) < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** The last row with text of the node: many grammars end a node at the start of the next line. */
function lastRow(node: Node): number {
  const { row, column } = node.endPosition;
  return column === 0 && row > node.startPosition.row ? row - 1 : row;
}

function join(container: string, name: string): string {
  return container === '' ? name : `${container}.${name}`;
}
