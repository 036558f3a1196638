/** Reads a command line of a POSIX-like shell with tree-sitter's bash grammar. */
import type { Node } from 'web-tree-sitter';
import { literal, type ScriptPart, type ShellScript, UNKNOWN_WORD, type Word } from './shellScript';

/** What only groups. Everything else that is not handled by name is a construct no list can allow. */
const GROUPS = new Set([
  'program',
  'list',
  'pipeline',
  'redirected_statement',
  'negated_command',
  'subshell',
]);
const WRITING = new Set(['>', '>>', '>|', '&>', '&>>', '>&', '<>']);
/** In a word that is not in single quotes: interactive shells replace it by earlier commands. */
const HISTORY = /![^\s=()"']|^\^/;

/** @param root of the parsed tree; the tree is not needed afterwards */
export function bashScript(root: Node): ShellScript {
  const reader = new Reader();
  reader.visit(root, false);
  return { parts: reader.parts, broken: reader.broken || root.hasError || hasGaps(root) };
}

class Reader {
  readonly parts: ScriptPart[] = [];
  broken = false;

  /** @param fed whether the input of what is visited comes from elsewhere */
  visit(node: Node, fed: boolean): void {
    this.refuseArithmetic(node);
    switch (node.type) {
      case 'command':
        this.command(node, fed);
        return;
      case 'pipeline':
        for (const [index, child] of node.namedChildren.entries())
          if (child) this.visit(child, fed || index > 0);
        return;
      case 'redirected_statement': {
        const feeds = node.namedChildren.some((child) => child && feedsInput(child));
        for (const child of node.namedChildren) if (child) this.visit(child, fed || feeds);
        return;
      }
      case 'file_redirect':
        this.redirect(node);
        return;
      case 'heredoc_redirect':
        // What follows the mark on its line (`| sh`) is in here as well, and reads the document.
        for (const child of node.namedChildren) if (child) this.visit(child, true);
        return;
      case 'heredoc_body':
        this.parts.push({ kind: 'text', text: node.text });
        this.nested(node);
        return;
      case 'heredoc_start':
      case 'heredoc_end':
      case 'heredoc_content':
      case 'file_descriptor':
        return;
      case 'herestring_redirect':
        this.parts.push({
          kind: 'text',
          text: this.wordsOf(node)
            .map((word) => word.text ?? '')
            .join(' '),
        });
        this.nested(node);
        return;
      case 'comment':
        this.parts.push({ kind: 'text', text: node.text.replace(/^#+/, '') });
        return;
      case 'declaration_command':
      case 'unset_command':
      case 'variable_assignment':
      case 'variable_assignments':
        this.parts.push({ kind: 'construct', name: 'setting variables' });
        this.assigned(node);
        this.nested(node);
        return;
      case 'test_command':
        this.parts.push({ kind: 'construct', name: 'a test' });
        this.nested(node);
        return;
      default:
        if (!GROUPS.has(node.type))
          this.parts.push({ kind: 'construct', name: node.type.replaceAll('_', ' ') });
        if (node.children.some((child) => child?.type === '&'))
          this.parts.push({ kind: 'construct', name: 'running in the background' });
        for (const child of node.namedChildren) if (child) this.visit(child, fed);
    }
  }

  private command(node: Node, fed: boolean): void {
    const words: Word[] = [];
    const assignments: { name: string; value: Word }[] = [];
    let input = fed;
    for (const child of node.namedChildren) {
      if (!child) continue;
      if (child.type === 'command_name') words.push(this.word(child.namedChildren[0] ?? child));
      else if (child.type === 'variable_assignment') assignments.push(this.assignment(child));
      else if (child.type === 'herestring_redirect' || child.type === 'file_redirect') {
        input ||= feedsInput(child);
        this.visit(child, false);
        continue;
      } else words.push(this.word(child));
      this.nested(child);
    }
    this.parts.push({ kind: 'command', command: { words, assignments, fed: input } });
  }

  private assignment(node: Node) {
    const value = node.childForFieldName('value');
    return {
      name: node.childForFieldName('name')?.text ?? '',
      value: value ? this.word(value) : literal(''),
    };
  }

  /** What assignments hold may be run later. */
  private assigned(node: Node): void {
    const nodes =
      node.type === 'variable_assignment' ? [node] : node.descendantsOfType('variable_assignment');
    for (const each of nodes) {
      const { text } = each ? this.assignment(each).value : UNKNOWN_WORD;
      if (text !== undefined) this.parts.push({ kind: 'text', text });
    }
  }

  private redirect(node: Node): void {
    const operator = node.children.find((child) => child && !child.isNamed)?.type ?? '';
    const targets = this.wordsOf(node);
    const writes = WRITING.has(operator);
    for (const target of targets) {
      // `2>&1`, `>&-`: from one open file to another.
      if (/^[<>]&-?$/.test(operator) && /^(\d+|-)?$/.test(target.text ?? 'x')) continue;
      this.parts.push({ kind: 'redirect', redirect: { writes, target } });
    }
    this.nested(node);
  }

  private wordsOf(node: Node): Word[] {
    return node.namedChildren.flatMap((child) =>
      child && child.type !== 'file_descriptor' ? [this.word(child)] : [],
    );
  }

  /** Two brackets are arithmetic, or a subshell in a subshell: shells find out by trying. */
  private refuseArithmetic(node: Node): void {
    if (/^\$?\(\($/.test(node.children[0]?.type ?? '')) this.broken = true;
  }

  /** Commands inside of words. */
  private nested(node: Node): void {
    this.refuseArithmetic(node);
    if (node.type === 'command_substitution' || node.type === 'process_substitution') {
      this.parts.push({ kind: 'construct', name: node.type.replaceAll('_', ' ') });
      for (const inner of node.namedChildren) if (inner) this.visit(inner, false);
    } else for (const child of node.namedChildren) if (child) this.nested(child);
  }

  private word(node: Node): Word {
    switch (node.type) {
      case 'word':
      case 'number':
      case 'variable_name':
        // The grammar takes some line ends for a part of a word, where the shell begins a command.
        if (/[\s;|&<>()`]/.test(node.text.replace(/\\(\r?\n|.)/gs, ''))) this.broken = true;
        return unquoted(node.text);
      case 'raw_string':
        return literal(node.text.slice(1, -1));
      case 'string':
        return doubleQuoted(node);
      case 'concatenation':
        return concatenated(node, (child) => this.word(child));
      default:
        return UNKNOWN_WORD;
    }
  }
}

function feedsInput(node: Node): boolean {
  if (node.type === 'heredoc_redirect' || node.type === 'herestring_redirect') return true;
  return node.type === 'file_redirect' && node.children.some((child) => child?.type === '<');
}

function unquoted(text: string): Word {
  const glob = /(^|[^\\])[*?[\]]/.test(text);
  if (HISTORY.test(text) || /[{}]/.test(text)) return { text: undefined, glob };
  return { text: text.replace(/\\\r?\n/g, '').replace(/\\(.)/gs, '$1'), glob };
}

function doubleQuoted(node: Node): Word {
  if (node.namedChildren.some((child) => child?.type !== 'string_content')) return UNKNOWN_WORD;
  const inner = node.text.slice(1, -1);
  if (HISTORY.test(inner)) return UNKNOWN_WORD;
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

/** Whether the grammar has skipped anything but white space: text that nobody has looked at. */
function hasGaps(root: Node): boolean {
  let end = 0;
  let gap = false;
  const walk = (node: Node) => {
    if (node.type === 'heredoc_body') {
      end = Math.max(end, node.endIndex);
      return;
    }
    if (node.childCount > 0 && node.type !== 'string') {
      for (const child of node.children) if (child) walk(child);
      return;
    }
    if (
      node.startIndex > end &&
      !isBlank(root.text.slice(end - root.startIndex, node.startIndex - root.startIndex))
    )
      gap = true;
    end = Math.max(end, node.endIndex);
  };
  end = root.startIndex;
  walk(root);
  return gap || !isBlank(root.text.slice(end - root.startIndex));
}

function isBlank(text: string): boolean {
  return /^(\s|\\\r?\n)*$/.test(text);
}
