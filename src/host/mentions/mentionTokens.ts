/**
 * Mentions as they stand in a message: `@src/a.ts`, `@src/a.ts:10-20`, `@src/`, `@problems`, `@note:ab12`. What is in
 * quotation marks is a path: `@"my file.md"`.
 */

/** What a mention names that is no place in the workspace. */
const SPECIAL_MENTIONS = ['selection', 'editors', 'problems', 'terminal', 'changes'] as const;
export type SpecialMention = (typeof SPECIAL_MENTIONS)[number];

type MentionTarget =
  | { readonly kind: SpecialMention }
  | { readonly kind: 'chat' | 'note'; readonly id: string }
  /** A file, or a folder when it ends with a slash or is one. */
  | { readonly kind: 'path'; readonly path: string; readonly startLine?: number; readonly endLine?: number };

export interface Mention {
  /** As it stands in the text, with the `@`. */
  readonly token: string;
  readonly target: MentionTarget;
}

/** An `@` in the middle of a word is an address of mail, or code. */
const TOKEN = /(?<![\p{L}\p{N}_@/.\\`-])@(?:"([^"\n]+)"|([^\s"'`<>()[\]{},;]+))((?<="):\d+(?:-\d+)?)?/gu;
/**
 * A block of code (CommonMark, 4.5): an `@` in it is code. A line with a backtick behind its fence of backticks begins
 * none; the fence that ends it is of the same character and at least as long.
 */
const FENCED =
  /^ {0,3}(`{3,}(?=[^`\n]*\n)|~{3,})[^\n]*\n[\s\S]*?(?:^ {0,3}\1(?:(?<=`)`*|(?<=~)~*)[ \t]*$|$(?![\s\S]))/gm;
/** What ends a sentence is no part of a name. */
const TRAILING = /[.:!?]+$/;

/** @returns the mentions of a text, each once, in their order; whether there is what they name is not looked at */
export function mentionsIn(text: string): Mention[] {
  const found = new Map<string, Mention>();
  for (const [whole, quoted, plain, range = ''] of text.replace(FENCED, '').matchAll(TOKEN)) {
    const token = quoted === undefined ? whole.replace(TRAILING, '') : whole;
    const target =
      quoted === undefined ? targetOf((plain ?? '').replace(TRAILING, '')) : placeOf(`${quoted}${range}`);
    if (target && !found.has(token)) found.set(token, { token, target });
  }
  return [...found.values()];
}

/** @returns the mention of a place, as it is written into a message */
export function pathToken(path: string, startLine?: number, endLine?: number): string {
  const lines = startLine === undefined ? '' : `:${startLine}${endLine === undefined ? '' : `-${endLine}`}`;
  const plain = `${path}${lines}`;
  const [only] = mentionsIn(`@${plain}`);
  // What would be read as something else, or cut short, is quoted.
  return only?.token === `@${plain}` && only.target.kind === 'path' ? `@${plain}` : `@"${path}"${lines}`;
}

function targetOf(written: string): MentionTarget | undefined {
  if (written === '') return undefined;
  const special = SPECIAL_MENTIONS.find((kind) => kind === written);
  if (special) return { kind: special };
  const [, kind, id] = /^(chat|note):([\w.-]+)$/.exec(written) ?? [];
  return (kind === 'chat' || kind === 'note') && id ? { kind, id } : placeOf(written);
}

function placeOf(written: string): MentionTarget {
  const [, path = written, start, end] = /^(.+?)(?::(\d+)(?:-(\d+))?)?$/.exec(written) ?? [];
  const startLine = Number(start);
  if (!(startLine > 0)) return { kind: 'path', path };
  const endLine = Math.max(startLine, Number(end ?? start));
  return { kind: 'path', path, startLine, endLine };
}
