/** What a syntax tree defines and refers to. */
import type { Node } from 'web-tree-sitter';
import { definitionName, definitionTypes, holdsLocals, isPlainVariable } from './definitions';
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

/** The arguments of a call: what is called stands before them. */
const argumentTypes: ReadonlySet<string> = new Set(['arguments', 'argument_list']);
const typeNames: ReadonlySet<string> = new Set(['type_identifier']);

const called = /([\p{L}_$][\p{L}\p{N}_$]*[!?]?)\s*(?:<[^<>()]{0,200}>\s*|::\s*)?$/u;
const identifier = /[\p{L}_$][\p{L}\p{N}_$]*/uy;
/** How far before its arguments the name of what is called is looked for. */
const reach = 160;

/** Names that grammars take for calls or types but are words of the language. */
const keywords = new Set(
  (
    'if for while switch return catch super this self new typeof sizeof await yield function void string number ' +
    'boolean int bool char float double long short unsigned any never unknown null undefined true false print'
  ).split(' '),
);

/**
 * One call finds all nodes of interest: each step of a walk would cross the border to wasm.
 * @param text what was parsed
 */
export function treeSymbols(root: Node, text: string): TreeSymbols {
  const definitions: Definition[] = [];
  const symbols: FoundSymbol[] = [];
  const open: { readonly end: number; readonly container: string; readonly local: boolean }[] = [];
  for (const node of root.descendantsOfType(interesting(root))) {
    if (!node) continue;
    const start = node.startIndex;
    while (open.length > 0 && (open.at(-1)?.end ?? 0) <= start) open.pop();
    const { container, local } = open.at(-1) ?? { container: '', local: false };
    const type = node.type;
    if (!definitionTypes.has(type)) {
      const name = argumentTypes.has(type) ? calledName(text, start) : nameAt(text, start);
      if (name !== undefined && name.length > 1 && !keywords.has(name)) {
        symbols.push({ kind: 'reference', name, offset: start, container });
      }
      continue;
    }
    if (local && isPlainVariable(node)) continue;
    const name = definitionName(node);
    if (name === undefined) continue;
    definitions.push({ name, start, local });
    symbols.push({ kind: 'definition', name, offset: start, container });
    open.push({
      end: node.endIndex,
      container: container === '' ? name : `${container}.${name}`,
      local: local || holdsLocals(node),
    });
  }
  return { definitions, symbols };
}

const wanted = new WeakMap<object, string[]>();

/** Node types worth a look that the grammar has. */
function interesting(root: Node): string[] {
  const { language } = root.tree;
  let types = wanted.get(language);
  if (!types) {
    types = [...new Set(language.types)].filter(
      (type) => definitionTypes.has(type) || argumentTypes.has(type) || typeNames.has(type),
    );
    wanted.set(language, types);
  }
  return types;
}

function calledName(text: string, argumentsStart: number): string | undefined {
  return called.exec(text.slice(Math.max(0, argumentsStart - reach), argumentsStart))?.[1];
}

function nameAt(text: string, start: number): string | undefined {
  identifier.lastIndex = start;
  return identifier.exec(text)?.[0];
}
