/** What the grammars call a definition, and what it is named. */
import type { Node } from 'web-tree-sitter';

/** Node types that define a name worth finding, over all grammars of @vscode/tree-sitter-wasm. */
export const definitionTypes: ReadonlySet<string> = new Set([
  // TypeScript, JavaScript
  'function_declaration',
  'generator_function_declaration',
  'class_declaration',
  'abstract_class_declaration',
  'method_definition',
  'method_signature',
  'abstract_method_signature',
  'function_signature',
  'interface_declaration',
  'type_alias_declaration',
  'enum_declaration',
  'internal_module',
  'module',
  'variable_declarator',
  'public_field_definition',
  'field_definition',
  // Python, C++, PHP, Bash
  'function_definition',
  'class_definition',
  'class_specifier',
  'struct_specifier',
  'union_specifier',
  'enum_specifier',
  'namespace_definition',
  'trait_declaration',
  'type_definition',
  'alias_declaration',
  'preproc_def',
  'preproc_function_def',
  'concept_definition',
  // Go
  'method_declaration',
  'type_spec',
  'type_alias',
  'const_spec',
  'var_spec',
  // Rust
  'function_item',
  'function_signature_item',
  'struct_item',
  'enum_item',
  'union_item',
  'trait_item',
  'impl_item',
  'mod_item',
  'type_item',
  'const_item',
  'static_item',
  'macro_definition',
  // Java, C#
  'record_declaration',
  'annotation_type_declaration',
  'constructor_declaration',
  'struct_declaration',
  'property_declaration',
  'namespace_declaration',
  'file_scoped_namespace_declaration',
  'delegate_declaration',
  'record_struct_declaration',
  // Ruby, PowerShell, CSS, ini
  'method',
  'singleton_method',
  'class',
  'function_statement',
  'class_statement',
  'class_method_definition',
  'enum_statement',
  'section',
  'keyframes_statement',
]);

/** Definitions whose inside is code to run, not more definitions. */
const functions = new Set([
  'function_declaration',
  'generator_function_declaration',
  'method_definition',
  'function_definition',
  'method_declaration',
  'constructor_declaration',
  'function_item',
  'method',
  'singleton_method',
  'function_statement',
  'class_method_definition',
  'property_declaration',
  'variable_declarator',
  'public_field_definition',
  'field_definition',
  'const_spec',
  'var_spec',
  'const_item',
  'static_item',
  'macro_definition',
]);

const variables = new Set([
  'variable_declarator',
  'const_spec',
  'var_spec',
  'const_item',
  'static_item',
  'field_definition',
  'public_field_definition',
]);

const trivia =
  /comment|^(decorator|attribute_item|inner_attribute_item|annotation|marker_annotation|shebang|hash_bang_line)$/;

const maxName = 100;

export function isDefinition(node: Node): boolean {
  return definitionTypes.has(node.type);
}

/** @returns whether what is inside a node is code that runs: its variables are locals, not definitions worth a name */
export function holdsLocals(node: Node): boolean {
  return functions.has(node.type) && (!variables.has(node.type) || definesFunction(node));
}

/** @returns whether a node found among a function's statements is a plain variable */
export function isPlainVariable(node: Node): boolean {
  if (variables.has(node.type)) return !definesFunction(node);
  if (node.type !== 'lexical_declaration' && node.type !== 'variable_declaration') return false;
  return node.namedChildren.every(
    (child) => child === null || child.type !== 'variable_declarator' || !definesFunction(child),
  );
}

function definesFunction(node: Node): boolean {
  return /function|class/.test(node.childForFieldName('value')?.type ?? '');
}

export function isTrivia(node: Node): boolean {
  return trivia.test(node.type);
}

/** @returns the name a node defines, looking through wrappers such as `export` or decorators; undefined when it defines none */
export function definitionName(node: Node): string | undefined {
  if (!definitionTypes.has(node.type)) return wrapped(node);
  const named =
    node.childForFieldName('name') ?? declaredName(node) ?? implementedType(node) ?? sectionName(node);
  const name = named?.text.split(/[\n<]/, 1)[0]?.trim().slice(0, maxName);
  // Destructuring patterns name nothing; `_` is a name to be ignored.
  if (!name || name === '_' || /^[[{(]/.test(name)) return undefined;
  const receiver = receiverType(node);
  return receiver === undefined ? name : `${receiver}.${name}`;
}

/** `export class A`, `@decorated def f`, `template<T> struct S`, `const f = …`: the one definition inside. */
function wrapped(node: Node): string | undefined {
  if (
    !/^(export_statement|ambient_declaration|decorated_definition|template_declaration|lexical_declaration|variable_declaration|type_declaration|expression_statement)$/.test(
      node.type,
    )
  ) {
    return undefined;
  }
  const inner = node.namedChildren.filter((child): child is Node => child !== null && !isTrivia(child));
  for (const child of inner.reverse()) {
    const name = definitionName(child);
    if (name !== undefined) return name;
  }
  return undefined;
}

/** C and C++ put the name at the bottom of nested declarators: `int *Foo::bar(int)`. */
function declaredName(node: Node): Node | null {
  let current = node.childForFieldName('declarator');
  for (let depth = 0; current && depth < 8; depth++) {
    const next = current.childForFieldName('declarator');
    if (!next) return current;
    current = next;
  }
  return current;
}

/** Rust's `impl Trait for Type`. */
function implementedType(node: Node): Node | null {
  return node.type === 'impl_item' ? node.childForFieldName('type') : null;
}

function sectionName(node: Node): Node | null {
  return node.type === 'section' || node.type.endsWith('_statement') ? (node.namedChild(0) ?? null) : null;
}

/** Go's methods name their type in the receiver: `func (s *Site) Render()`. */
function receiverType(node: Node): string | undefined {
  const receiver = node.type === 'method_declaration' ? node.childForFieldName('receiver') : null;
  return receiver ? /(\w+)(?:\[[^\]]*\])?\s*\)$/.exec(receiver.text)?.[1] : undefined;
}
