/** What the grammars call a definition, and what it is named. */
import type { Node } from 'web-tree-sitter';

/** Node types that define a name worth finding, over all grammars. */
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
  'rule_set',
  'element',
  // Assignments that define: Python's at the top level and in classes, JavaScript's and Lua's of functions
  'assignment',
  'assignment_expression',
  'assignment_statement',
  // Kotlin, Swift, Scala
  'object_declaration',
  'protocol_declaration',
  'protocol_function_declaration',
  'init_declaration',
  'typealias_declaration',
  'object_definition',
  'trait_definition',
  'enum_definition',
  'given_definition',
  'val_definition',
  'var_definition',
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
  'init_declaration',
  'val_definition',
  'var_definition',
  'assignment_expression',
  'assignment_statement',
]);

const variables = new Set([
  'variable_declarator',
  'const_spec',
  'var_spec',
  'const_item',
  'static_item',
  'field_definition',
  'public_field_definition',
  'val_definition',
  'var_definition',
  'assignment',
  'assignment_expression',
  'assignment_statement',
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
  if (node.type === 'property_declaration') return true;
  if (node.type !== 'lexical_declaration' && node.type !== 'variable_declaration') return false;
  return node.namedChildren.every(
    (child) => child === null || !variables.has(child.type) || !definesFunction(child),
  );
}

function definesFunction(node: Node): boolean {
  return functionValue.test(assignedValue(node)?.type ?? '');
}

const functionValue = /^(arrow_function|generator_function|(function|class)(_expression|_definition)?)$/;

function assignedValue(node: Node): Node | null {
  switch (node.type) {
    case 'assignment_expression':
      return node.childForFieldName('right');
    case 'assignment_statement':
      return node.lastNamedChild?.lastNamedChild ?? null;
    default:
      return node.childForFieldName('value');
  }
}

export function isTrivia(node: Node): boolean {
  return trivia.test(node.type);
}

/** A name and where it stands. */
interface DefinedName {
  readonly name: string;
  /** Code units of the file before it. */
  readonly offset: number;
}

/** @returns the name a node defines, looking through wrappers such as `export` or decorators; undefined when it defines none */
export function definedName(node: Node): DefinedName | undefined {
  if (!definitionTypes.has(node.type)) return wrapped(node);
  if (node.type === 'element') return elementId(node);
  const named = nameNode(node);
  const name = named?.text
    .split(/[\n<{]/, 1)[0]
    ?.trim()
    .slice(0, maxName);
  // Destructuring patterns name nothing; `_` is a name to be ignored.
  if (!named || !name || name === '_' || /^[[{(]/.test(name)) return undefined;
  const receiver = receiverType(node);
  return { name: receiver === undefined ? name : `${receiver}.${name}`, offset: named.startIndex };
}

/** HTML: `<div id="main">` defines `#main`. */
function elementId(node: Node): DefinedName | undefined {
  const id = /^<[^<>]*?\sid=["']?([^"'\s<>]+)/.exec(node.text)?.[1];
  return id === undefined ? undefined : { name: `#${id}`.slice(0, maxName), offset: node.startIndex };
}

function nameNode(node: Node): Node | null {
  const { type } = node;
  if (type.startsWith('assignment')) return assignedName(node);
  // `struct page *p` refers to one that is defined elsewhere.
  if (type.endsWith('_specifier') && !node.childForFieldName('body')) return null;
  return (
    node.childForFieldName('name') ??
    declaredName(node) ??
    node.childForFieldName('property') ??
    implementedType(node) ??
    sectionName(node) ??
    firstName(node)
  );
}

/** What an assignment defines: in JavaScript and Lua a function, elsewhere whatever has a simple name. */
function assignedName(node: Node): Node | null {
  if (node.type !== 'assignment') {
    return definesFunction(node) ? (node.childForFieldName('left') ?? node.firstNamedChild) : null;
  }
  const left = node.childForFieldName('left');
  return left?.type === 'identifier' || left?.type === 'constant' ? left : null;
}

const names = new Set([
  'type_identifier',
  'simple_identifier',
  'simple_name',
  'variable_declaration',
  'identifier',
  'selectors',
]);

/** Grammars without fields: the first child that is a name. */
function firstName(node: Node): Node | null {
  const child = node.namedChildren.find((one) => one !== null && names.has(one.type)) ?? null;
  // Kotlin's variables have their type with the name.
  return child?.type === 'variable_declaration' ? (child.firstNamedChild ?? child) : child;
}

/** `export class A`, `@decorated def f`, `template<T> struct S`, `const f = …`: the one definition inside. */
function wrapped(node: Node): DefinedName | undefined {
  if (
    !/^(export_statement|ambient_declaration|decorated_definition|template_declaration|lexical_declaration|variable_declaration|type_declaration|expression_statement)$/.test(
      node.type,
    )
  ) {
    return undefined;
  }
  const inner = node.namedChildren.filter((child): child is Node => child !== null && !isTrivia(child));
  for (const child of inner.reverse()) {
    const name = definedName(child);
    if (name) return name;
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

/** PowerShell's statements begin with their name; the name of a section of an ini file is in brackets. */
function sectionName(node: Node): Node | null {
  if (node.type === 'section') return node.firstNamedChild?.firstNamedChild ?? null;
  return node.type.endsWith('_statement') ? node.firstNamedChild : null;
}

/** Go's methods name their type in the receiver: `func (s *Site) Render()`. */
function receiverType(node: Node): string | undefined {
  const receiver = node.type === 'method_declaration' ? node.childForFieldName('receiver') : null;
  return receiver ? /(\w+)(?:\[[^\]]*\])?\s*\)$/.exec(receiver.text)?.[1] : undefined;
}
