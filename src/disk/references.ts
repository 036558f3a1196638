/** Where grammars put call targets and type names. */

/** How the names are found that a node refers to. Looking at the text is far cheaper than asking for the node's children. */
type Rule = 'before' | 'start' | 'command' | 'afterMark' | 'element' | 'tag' | 'words';

/** Node type → rule, over all grammars. */
const rules: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  // The arguments of a call: what is called stands before them.
  ['arguments', 'before'],
  ['argument_list', 'before'],
  ['value_arguments', 'before'],
  ['annotated_lambda', 'before'],
  // Names of types, macros.
  ['type_identifier', 'start'],
  ['constant', 'start'],
  ['named_type', 'start'],
  ['generic_name', 'start'],
  ['macro_invocation', 'start'],
  ['scoped_call_expression', 'start'],
  ['command_name', 'command'],
  // `@Name`
  ['decorator', 'afterMark'],
  ['annotation', 'afterMark'],
  ['marker_annotation', 'afterMark'],
  // `<Name`
  ['jsx_opening_element', 'element'],
  ['jsx_self_closing_element', 'element'],
  // `<my-component`
  ['start_tag', 'tag'],
  ['self_closing_tag', 'tag'],
  // Every word in them is a type.
  ['type', 'words'],
  ['base_list', 'words'],
  ['type_argument_list', 'words'],
  ['base_clause', 'words'],
  ['class_interface_clause', 'words'],
  ['extends_clause', 'words'],
]);

const identifier = /[\p{L}_$][\p{L}\p{N}_$]*/uy;
const command = /[\p{L}_][\p{L}\p{N}_-]*/uy;
const words = /[\p{L}_$][\p{L}\p{N}_$]*/gu;
/** Type arguments and types longer than this are given up. */
const reach = 200;

/** Words of languages that stand where names of types and functions do, and the commands every script has. */
const keywords = new Set(
  (
    'abstract any as async auto await bool boolean byte case catch cd char class const def default double dyn echo else ' +
    'enum eval except exit export extends extern false final float fn for foreach func function if implements import in ' +
    'int int8 int16 int32 int64 integer interface isinstance keyof let long match mixed mut never new nil none null object ' +
    'out params print private protected public readonly ref return self set short static str string struct super switch ' +
    'this throw true try type typeof uint uint8 uint16 uint32 uint64 undefined union unknown unset until use user using var ' +
    'virtual void where while with yield None True False Self String'
  ).split(' '),
);

/** C#: what these are of is a type, told by a field alone. */
export const typedNodes: ReadonlySet<string> = new Set([
  'parameter',
  'property_declaration',
  'method_declaration',
  'variable_declaration',
]);

/** @returns the types that a piece of text names */
export function typesIn(text: string, start: number, end: number): string[] {
  return wordsIn(text, start, end).filter(isTelling);
}

/** @returns whether a node of this type refers to something */
export function isReference(type: string): boolean {
  return rules.has(type);
}

/**
 * @param type the node's
 * @param end called when the rule needs to know where the node ends
 * @returns names that a node refers to, of two letters at least
 */
export function referredNames(type: string, text: string, start: number, end: () => number): string[] {
  return namesBy(rules.get(type), text, start, end).filter(isTelling);
}

function isTelling(name: string): boolean {
  return name.length > 1 && !keywords.has(name);
}

function namesBy(rule: Rule | undefined, text: string, start: number, end: () => number): string[] {
  switch (rule) {
    case 'before': {
      const name = nameBefore(text, start);
      // Python gives the bases of a class as arguments.
      if (name !== '' && text.endsWith('class ', start - name.length)) return wordsIn(text, start, end());
      return [name];
    }
    case 'start':
      return nameAt(identifier, text, start);
    case 'command':
      return nameAt(command, text, start);
    case 'afterMark':
      return nameAt(identifier, text, start + 1);
    case 'element':
      // A small letter begins an element of HTML.
      return /^[a-z]/.test(text.charAt(start + 1)) ? [] : nameAt(identifier, text, start + 1);
    case 'tag':
      // Components, not elements of HTML.
      return nameAt(command, text, start + 1).filter((name) => /[-\p{Lu}]/u.test(name));
    case 'words':
      return wordsIn(text, start, end());
    default:
      return [];
  }
}

function nameAt(pattern: RegExp, text: string, start: number): string[] {
  pattern.lastIndex = start;
  return pattern.exec(text) ?? [];
}

function wordsIn(text: string, start: number, end: number): string[] {
  return text.slice(start, Math.min(end, start + reach)).match(words) ?? [];
}

/** The name that ends before `at`, type arguments, `::` and `?.` skipped; empty where there is none. */
function nameBefore(text: string, at: number): string {
  let last = skipBack(text, at - 1, isBlank);
  const closing = text[last];
  if (closing === '>' || closing === ']')
    last = beforeOpening(text, last, closing === '>' ? '<' : '[', closing);
  last = skipBack(text, last, isMark);
  const first = skipBack(text, last, isWordCode) + 1;
  const code = text.charCodeAt(first);
  return code >= 48 && code <= 57 ? '' : text.slice(first, last + 1);
}

function skipBack(text: string, from: number, skipped: (code: number) => boolean): number {
  let i = from;
  while (i >= 0 && skipped(text.charCodeAt(i))) i--;
  return i;
}

function beforeOpening(text: string, from: number, opening: string, closing: string): number {
  let depth = 0;
  for (let i = from; i >= 0 && i > from - reach; i--) {
    if (text[i] === closing) depth++;
    else if (text[i] === opening && --depth === 0) return i - 1;
  }
  return -1;
}

const isBlank = (code: number) => code === 32 || code === 10 || code === 9 || code === 13;
/** `:`, `.`, `?` and `!` between a name and its arguments. */
const isMark = (code: number) => code === 58 || code === 46 || code === 63 || code === 33;
/** Letters, digits, `_`, `$`, and everything beyond ASCII. */
const isWordCode = (code: number) =>
  (code >= 97 && code <= 122) ||
  (code >= 65 && code <= 90) ||
  (code >= 48 && code <= 57) ||
  code === 95 ||
  code === 36 ||
  code >= 128;
