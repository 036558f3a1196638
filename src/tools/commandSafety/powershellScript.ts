/** Reads a PowerShell command line with its grammar: plain commands; all else is a construct that asks. */
import type { Node } from 'web-tree-sitter';
import { literal, type ScriptPart, type ShellScript, UNKNOWN_WORD, type Word } from './shellScript';

const GROUPS = new Set(['program', 'statement_list', 'pipeline', 'pipeline_chain', 'empty_statement']);

/** The shell takes such quotes and dashes for plain ones, and a backtick for the escape that it may be: the grammar does not. */
const AMBIGUOUS = /[\u2018-\u201f\u2013-\u2015`]/;
/** Drives, providers and shares: elsewhere, whatever the folder. */
const ELSEWHERE = /^\w+:|::|^[\\/]{2}/;

/** @param root of the parsed tree; the tree is not needed afterwards */
export function powershellScript(root: Node): ShellScript {
  const parts: ScriptPart[] = [];
  visit(root, parts);
  return { parts, broken: root.hasError || AMBIGUOUS.test(root.text) };
}

function visit(node: Node, parts: ScriptPart[]): void {
  if (node.type === 'command') {
    command(node, parts);
    return;
  }
  if (node.type === 'comment') parts.push({ kind: 'text', text: node.text.replace(/^#+/, '') });
  else if (node.type === 'redirection') redirect(node, parts);
  else if (!GROUPS.has(node.type)) parts.push({ kind: 'construct', name: node.type.replaceAll('_', ' ') });
  for (const child of node.namedChildren) if (child) visit(child, parts);
}

function command(node: Node, parts: ScriptPart[]): void {
  const words: Word[] = [];
  const name = node.namedChildren.find((child) => child?.type.startsWith('command_name'));
  words.push(name?.type === 'command_name' && plain(name.text) ? literal(name.text) : UNKNOWN_WORD);
  const elements = node.namedChildren.find((child) => child?.type === 'command_elements');
  for (const element of elements?.namedChildren ?? []) {
    if (!element || element.type === 'command_argument_sep') continue;
    if (element.type === 'redirection') redirect(element, parts);
    else words.push(...wordsOf(element));
    nested(element, parts);
  }
  const previous = node.previousSibling;
  parts.push({ kind: 'command', command: { words, assignments: [], fed: previous?.type === '|' } });
}

/** Commands inside of words: sub-expressions, script blocks. */
function nested(node: Node, parts: ScriptPart[]): void {
  for (const child of node.namedChildren) {
    if (!child) continue;
    if (child.type === 'command') command(child, parts);
    else nested(child, parts);
  }
}

function redirect(node: Node, parts: ScriptPart[]): void {
  const file = node.namedChildren.find((child) => child?.type === 'redirected_file_name');
  if (!file) return;
  const target = file.namedChildren.find((child) => child?.type !== 'command_argument_sep');
  parts.push({ kind: 'redirect', redirect: { writes: true, target: target ? word(target) : UNKNOWN_WORD } });
}

/** A parameter with its value attached is two words. */
function wordsOf(node: Node): Word[] {
  const [, name, value] = /^(-\w+):(.+)$/s.exec(node.text) ?? [];
  if (name === undefined || value === undefined) return [word(node)];
  return [literal(name), plain(value) && !ELSEWHERE.test(value) ? literal(value) : UNKNOWN_WORD];
}

function word(node: Node): Word {
  const { text } = node;
  if (ELSEWHERE.test(text.replace(/^["']/, ''))) return UNKNOWN_WORD;
  if (node.type === 'generic_token' || node.type === 'command_parameter' || /^-?\d+$/.test(text))
    return plain(text) ? { text, glob: /[*?[\]]/.test(text) } : UNKNOWN_WORD;
  if (/^'[^']*'$/.test(text)) return literal(text.slice(1, -1));
  if (/^"[^"$`]*"$/.test(text)) return literal(text.slice(1, -1));
  return UNKNOWN_WORD;
}

/** Nothing in it is replaced, and no operator hides in it. */
function plain(text: string): boolean {
  return !/[$`@(){}"';|&<>\s]/.test(text);
}
