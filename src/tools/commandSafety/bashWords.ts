/** Words of a POSIX-like shell as the shell reads them: quotes removed, and unknown where it puts in what it alone knows. */
import type { Node } from 'web-tree-sitter';
import { literal, UNKNOWN_WORD, type Word } from './shellScript';

/** In a word that is not in single quotes: interactive shells replace it by earlier commands. */
const HISTORY = /![^\s=()"']/;
/** What they say is no secret. */
const SHOWN_VARIABLES = /^(\?|#|PATH|HOME|PWD|OLDPWD|USER|SHELL|LANG|TERM|HOSTNAME|NODE_ENV|CI|EDITOR)$/;

/** @param refuse called when the grammar has taken for a word what is more than one to a shell */
export function bashWord(node: Node, refuse: () => void): Word {
  const made = node.descendantsOfType(['command_substitution', 'process_substitution']).length > 0;
  return made ? { ...UNKNOWN_WORD, made } : plainWord(node, refuse);
}

function plainWord(node: Node, refuse: () => void): Word {
  switch (node.type) {
    case 'word':
    case 'number':
    case 'variable_name':
      // The grammar takes some line ends for a part of a word, where the shell begins a command.
      if (/[\s;|&<>()`]/.test(node.text.replace(/\\(\r?\n|.)/gs, ''))) refuse();
      return unquoted(node.text);
    case 'raw_string':
      return literal(node.text.slice(1, -1));
    case 'string':
      return doubleQuoted(node);
    case 'concatenation':
      return concatenated(node, (child) => plainWord(child, refuse));
    default:
      return isShown(node) ? { ...UNKNOWN_WORD, shown: true } : UNKNOWN_WORD;
  }
}

function unquoted(text: string): Word {
  const glob = /(^|[^\\])[*?[\]]/.test(text);
  if (HISTORY.test(text) || /[{}]/.test(text)) return { text: undefined, glob };
  return { text: text.replace(/\\\r?\n/g, '').replace(/\\(.)/gs, '$1'), glob };
}

function doubleQuoted(node: Node): Word {
  const inner = node.text.slice(1, -1);
  // Joined with what follows, the dollar begins a variable.
  if (HISTORY.test(inner) || /\$\\\r?\n/.test(inner)) return UNKNOWN_WORD;
  if (node.namedChildren.some((child) => child?.type !== 'string_content'))
    return isShown(node) ? { ...UNKNOWN_WORD, shown: true } : UNKNOWN_WORD;
  return literal(inner.replace(/\\\r?\n/g, '').replace(/\\([$`"\\])/g, '$1'));
}

function concatenated(node: Node, wordOf: (child: Node) => Word): Word {
  // `{a,b}` and `a{1..3}` become several words.
  if (/[{}]/.test(node.namedChildren.map((child) => (child?.type === 'word' ? child.text : '')).join('')))
    return UNKNOWN_WORD;
  const words = node.namedChildren.map((child) => (child ? wordOf(child) : UNKNOWN_WORD));
  // Anonymous parts (a lone `$`) are not among the named ones.
  const covered = node.childCount === node.namedChildCount;
  const text = words.every((word) => word.text !== undefined) && covered;
  return {
    text: text ? words.map((word) => word.text).join('') : undefined,
    glob: words.some((word) => word.glob),
  };
}

/** A variable, alone or in double quotes, that may be printed. */
function isShown(node: Node): boolean {
  if (node.type === 'string')
    return node.namedChildren.every((child) => child?.type === 'string_content' || (child && isShown(child)));
  const bare = /^\$(\{\w+\}|\w+|[?#])$/.test(node.text);
  return (
    bare && /^(simple_)?expansion$/.test(node.type) && SHOWN_VARIABLES.test(node.text.replace(/[${}]/g, ''))
  );
}
