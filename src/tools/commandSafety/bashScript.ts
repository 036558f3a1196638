/** Reads a command line of a POSIX-like shell with tree-sitter's bash grammar. */
import type { Node } from 'web-tree-sitter';
import { bashWord } from './bashWords';
import { literal, type ScriptPart, type ShellScript, UNKNOWN_WORD, type Word } from './shellScript';

/** What only groups. Everything else that is not handled by name is a construct no list can allow. */
const GROUPS = new Set(['program', 'subshell']);
const KEYWORDS = /^(if|then|elif|else|fi|for|while|until|select|do|done|case|esac|function)$/;
const WRITING = new Set(['>', '>>', '>|', '&>', '&>>', '>&', '<>']);
/**
 * @param root of the parsed tree; the tree is not needed afterwards
 * @param fed whether the input of all of it comes from elsewhere
 */
export function bashScript(root: Node, fed: boolean): ShellScript {
  const reader = new Reader(root.tree.rootNode.text);
  reader.visit(root, fed);
  // A line that begins with this is an earlier command, changed.
  const history = /^\^/m.test(root.text);
  return { parts: reader.parts, broken: reader.broken || history || root.hasError || hasGaps(root) };
}

class Reader {
  readonly parts: ScriptPart[] = [];
  broken = false;

  /** @param text all of it */
  constructor(private readonly text: string) {}

  /**
   * @param fed whether the input of what is visited comes from elsewhere
   * @param more words of the command that stand behind its redirects
   */
  visit(node: Node, fed: boolean, more: readonly Word[] = []): void {
    this.refuseArithmetic(node);
    if (node.children.some((child) => child?.type === '&'))
      this.parts.push({ kind: 'construct', name: 'running in the background' });
    switch (node.type) {
      case 'command':
        this.command(node, fed, more);
        return;
      case 'pipeline':
        for (const [index, child] of node.namedChildren.entries())
          if (child) this.visit(child, fed || index > 0, index === node.namedChildCount - 1 ? more : []);
        return;
      case 'redirected_statement':
        this.redirected(node, fed, more);
        return;
      case 'file_redirect':
        this.redirect(node);
        return;
      case 'heredoc_redirect':
        // What follows the mark on its line (`| sh`) is in here as well, and reads the document.
        for (const [index, child] of node.children.entries()) {
          if (!child?.isNamed) continue;
          if (node.fieldNameForChild(index) === 'argument') this.nested(child);
          else this.visit(child, true);
        }
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
        this.comment(node);
        return;
      case 'declaration_command':
      case 'unset_command':
      case 'variable_assignment':
      case 'variable_assignments':
        this.parts.push({ kind: 'construct', name: 'setting variables' });
        this.assigned(node);
        this.nested(node);
        return;
      case 'test_command': {
        const words = node.children[0]?.type === '[' ? this.testWords(node.namedChildren[0]) : undefined;
        if (words) this.parts.push({ kind: 'command', command: { words, assignments: [], fed } });
        else this.parts.push({ kind: 'construct', name: 'a test' });
        if (more.length > 0) this.broken = true;
        this.nested(node);
        return;
      }
      case 'list':
      case 'negated_command':
        for (const [index, child] of node.namedChildren.entries())
          if (child) this.visit(child, fed, index === node.namedChildCount - 1 ? more : []);
        return;
      case 'function_definition':
        // One that starts itself again beside itself fills the machine.
        if (callsItself(node)) this.parts.push({ kind: 'danger', reason: 'starts itself again and again' });
        this.parts.push({ kind: 'construct', name: 'a function' });
        for (const child of node.namedChildren.slice(1)) if (child) this.visit(child, fed);
        return;
      default:
        if (more.length > 0) this.broken = true;
        if (!GROUPS.has(node.type))
          this.parts.push({ kind: 'construct', name: node.type.replaceAll('_', ' ') });
        for (const child of node.namedChildren) if (child) this.visit(child, fed);
    }
  }

  /** The grammar takes the words behind a redirect for targets as well: only the first is one. */
  private redirected(node: Node, fed: boolean, more: readonly Word[]): void {
    const [body, ...rest] = node.namedChildren.filter((child) => child !== null);
    const isRedirect = (child: Node) => child.type.endsWith('_redirect');
    if (!body || isRedirect(body)) {
      if (more.length > 0 || rest.concat(body ?? []).some((child) => this.behind(child).length > 0))
        this.broken = true;
      for (const child of node.namedChildren) if (child) this.visit(child, fed);
      return;
    }
    const words = rest.flatMap((child) => this.behind(child));
    this.visit(body, fed || rest.some(feedsInput), [...words, ...more]);
    for (const child of rest) this.visit(child, fed);
  }

  /** @returns the words of the command that the grammar has put into a redirect */
  private behind(node: Node): readonly Word[] {
    if (node.type === 'file_redirect') return this.wordsOf(node).slice(closes(node) ? 0 : 1);
    if (node.type !== 'heredoc_redirect') return [];
    return node.children.flatMap((child, index) => {
      const field = node.fieldNameForChild(index);
      if (!child || (field !== 'argument' && field !== 'redirect')) return [];
      return field === 'argument' ? [this.word(child)] : this.behind(child);
    });
  }

  private comment(node: Node): void {
    // Where a shell might see a part of a word instead, and what begins with `!` in one that looks into comments too.
    const before = this.text.slice(Math.max(0, node.startIndex - 2), node.startIndex);
    const plain = /(^|[^\\])(^|[ \n;])$/.test(before) && !node.text.includes('!');
    this.parts.push({ kind: plain ? 'comment' : 'text', text: node.text.replace(/^#+/, '') });
  }

  /** @returns the words between the brackets of a test; undefined when they are more than words */
  private testWords(node: Node | null | undefined): Word[] | undefined {
    const words: Word[] = [literal('test')];
    const take = (each: Node): boolean => {
      if (/^(un|bin)ary_expression$/.test(each.type))
        return each.children.every((child) => child !== null && take(child));
      if (each.type === 'test_operator' || /^(!|==?|!=)$/.test(each.type)) words.push(literal(each.text));
      else if (/^(word|number|string|raw_string|concatenation)$/.test(each.type)) words.push(this.word(each));
      else return false;
      return true;
    };
    return node && take(node) && node.parent?.namedChildCount === 1 ? words : undefined;
  }

  private command(node: Node, fed: boolean, more: readonly Word[]): void {
    const words: Word[] = [];
    const assignments: { name: string; value: Word }[] = [];
    let input = fed;
    for (const child of node.children) {
      if (!child) continue;
      if (!child.isNamed) {
        // `$` and `==` stand alone; before a quote, the sign is a part of it.
        if (child.type === '$' && child.nextSibling?.startIndex === child.endIndex) this.broken = true;
        words.push(literal(child.text));
        continue;
      }
      if (child.type === 'command_name') {
        // Behind `!`, the grammar takes them for names.
        if (KEYWORDS.test(child.text)) this.broken = true;
        words.push(this.word(child.namedChildren[0] ?? child));
      } else if (child.type === 'variable_assignment') assignments.push(this.assignment(child));
      else if (child.type === 'herestring_redirect' || child.type === 'file_redirect') {
        input ||= feedsInput(child);
        this.visit(child, false);
        words.push(...this.behind(child));
        continue;
      } else words.push(this.word(child));
      this.nested(child);
    }
    words.push(...more);
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
    const operator = operatorOf(node);
    // The grammar takes a name for the file, and behind a line that goes on a number, for a word.
    const before = this.text.slice(Math.max(0, node.startIndex - 99), node.startIndex);
    if (/(^|[\s;|&()])(\d+|\{[a-z_]\w*(\[.*\])?\})$/i.test(before)) this.broken = true;
    const target = closes(node) ? undefined : this.wordsOf(node)[0];
    // `2>&1`: from one open file to another.
    const joins = /^[<>]&$/.test(operator) && /^(\d+|-)$/.test(target?.text ?? '');
    if (target && !joins)
      this.parts.push({ kind: 'redirect', redirect: { writes: WRITING.has(operator), target } });
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
      // What is written to it is read by what stands in it.
      const fed = node.children[0]?.type === '>(';
      for (const inner of node.namedChildren) if (inner) this.visit(inner, fed);
    } else for (const child of node.namedChildren) if (child) this.nested(child);
  }

  private word(node: Node): Word {
    return bashWord(node, () => {
      this.broken = true;
    });
  }
}

function operatorOf(redirect: Node): string {
  return redirect.children.find((child) => child && !child.isNamed)?.type ?? '';
}

/** `>&-` closes what is open, and has no target. */
function closes(redirect: Node): boolean {
  return /^[<>]&-$/.test(operatorOf(redirect));
}

function callsItself(definition: Node): boolean {
  const name = definition.childForFieldName('name')?.text;
  return definition.descendantsOfType('command_name').some((called) => called?.text === name);
}

function feedsInput(node: Node): boolean {
  if (node.type === 'heredoc_redirect' || node.type === 'herestring_redirect') return true;
  return node.type === 'file_redirect' && node.children.some((child) => child?.type === '<');
}

/** Whether the grammar has skipped anything but white space: text that nobody has looked at. */
function hasGaps(root: Node): boolean {
  let end = 0;
  let gap = false;
  const walk = (node: Node) => {
    if (node.type === 'heredoc_body' || node.type === 'string') {
      // What is only text has no nodes of its own; what the shell runs in it has.
      gap ||= node.namedChildren.some((child) => child !== null && hasGaps(child));
      end = Math.max(end, node.endIndex);
      return;
    }
    if (node.childCount > 0) {
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

/** A line that goes on with nothing blank on either side is one word to the shell, and two to the grammar. */
function isBlank(text: string): boolean {
  return /^(\s|\\\n)*$/.test(text) && !/^(\\\n)+$/.test(text);
}
