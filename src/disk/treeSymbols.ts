/** What a syntax tree defines and refers to. */
import type { Node } from 'web-tree-sitter';
import { definedName, definitionTypes, holdsLocals, isPlainVariable } from './definitions';
import { isReference, referredNames, typedNodes, typesIn } from './references';
import type { FoundSymbol } from './toPages';

/** A definition and where it is. */
export interface Definition {
  readonly name: string;
  readonly start: number;
  /** Whether it is inside a function. */
  readonly local: boolean;
}

export interface TreeSymbols {
  readonly definitions: readonly Definition[];
  readonly symbols: readonly FoundSymbol[];
}

/**
 * One call finds all nodes of interest: each step of a walk would cross the border to wasm.
 * @param text what was parsed
 */
export function treeSymbols(root: Node, text: string): TreeSymbols {
  const definitions: Definition[] = [];
  const symbols: FoundSymbol[] = [];
  const open: { readonly end: number; readonly container: string; readonly local: boolean }[] = [];
  const { types, namesTypes } = interesting(root);
  for (const node of root.descendantsOfType(types)) {
    if (!node) continue;
    const start = node.startIndex;
    while (open.length > 0 && (open.at(-1)?.end ?? 0) <= start) open.pop();
    const { container, local } = open.at(-1) ?? { container: '', local: false };
    const type = node.type;
    if (!namesTypes && typedNodes.has(type)) {
      const used = node.childForFieldName('type') ?? node.childForFieldName('returns');
      for (const name of used ? typesIn(text, used.startIndex, used.endIndex) : []) {
        symbols.push({ kind: 'reference', name, offset: used?.startIndex ?? start, container });
      }
    }
    if (isReference(type)) {
      for (const name of referredNames(type, text, start, () => node.endIndex)) {
        symbols.push({ kind: 'reference', name, offset: start, container });
      }
    }
    if (!definitionTypes.has(type)) continue;
    if (local && isPlainVariable(node)) continue;
    const defined = definedName(node);
    if (!defined) continue;
    const { name } = defined;
    definitions.push({ name, start, local });
    symbols.push({ kind: 'definition', ...defined, container });
    open.push({
      end: node.endIndex,
      container: container === '' ? name : `${container}.${name}`,
      local: local || holdsLocals(node),
    });
  }
  // Names stand after the annotations of what they name.
  symbols.sort((a, b) => a.offset - b.offset);
  return { definitions, symbols };
}

interface Interest {
  /** Node types worth a look that the grammar has. */
  readonly types: string[];
  /** Whether the grammar tells names of types from others; C#'s does not. */
  readonly namesTypes: boolean;
}

const interests = new WeakMap<object, Interest>();

function interesting(root: Node): Interest {
  const { language } = root.tree;
  let interest = interests.get(language);
  if (!interest) {
    const namesTypes = !language.types.includes('implicit_type');
    const isWanted = (type: string) =>
      definitionTypes.has(type) || isReference(type) || (!namesTypes && typedNodes.has(type));
    interest = { types: [...new Set(language.types)].filter(isWanted), namesTypes };
    interests.set(language, interest);
  }
  return interest;
}
