/**
 * Markdown to HTML, block by block. HTML in the source is text; links lead to workspace files or the web; images, which
 * would let an answer call home, become links.
 */
import MarkdownIt from 'markdown-it';
import type { Place } from '../protocol';
import { placeOfCode, placeOfHref } from './fileLinks';
import { fileOfBlock } from './fileOfBlock';
import { highlightCode } from './highlight';

/** What one message's blocks share: its link reference definitions. */
export type MarkdownContext = Record<string, unknown>;

export interface Block {
  /** Index of the block's first line in the parsed text. */
  readonly line: number;
  readonly html: string;
}

const markdown = new MarkdownIt({ html: false, linkify: true });
// Only what is written as an address becomes a link: `main.rs` is a file, not a site in Serbia.
markdown.linkify.set({ fuzzyLink: false, fuzzyEmail: false });
markdown.validateLink = (href) => placeOfHref(href) !== undefined || isWebAddress(href);

const { escapeHtml } = markdown.utils;

markdown.renderer.rules.link_open = (tokens, index) => {
  const href = String(tokens[index]?.attrGet('href') ?? '');
  const place = placeOfHref(href);
  return place ? placeLinkOpen(place) : `<a href="${escapeHtml(href)}" title="${escapeHtml(href)}">`;
};

markdown.renderer.rules.image = (tokens, index) => {
  const token = tokens[index];
  const href = String(token?.attrGet('src') ?? '');
  const label = escapeHtml(token?.content || href);
  const place = placeOfHref(href);
  return place ? `${placeLinkOpen(place)}${label}</a>` : `<a href="${escapeHtml(href)}">${label}</a>`;
};

markdown.renderer.rules.code_inline = (tokens, index) => {
  const code = tokens[index]?.content ?? '';
  const place = placeOfCode(code);
  const html = `<code>${escapeHtml(code)}</code>`;
  return place ? `${placeLinkOpen(place)}${html}</a>` : html;
};

markdown.renderer.rules.fence = (tokens, index) => {
  const token = tokens[index];
  const info = token?.info.trim() ?? '';
  const [, language = ''] = /^([\w+#-]*)(?=$|[\s:{])/.exec(info) ?? [];
  return codeBlock(token?.content ?? '', language, fileOfBlock(info, token?.content ?? ''));
};

markdown.renderer.rules.code_block = (tokens, index) => codeBlock(tokens[index]?.content ?? '', '');

// Wide tables scroll by themselves instead of widening the page.
markdown.renderer.rules.table_open = () => '<div class="table-scroll" tabindex="0"><table>\n';
markdown.renderer.rules.table_close = () => '</table></div>\n';

/**
 * @param context the same object for all parts of one message
 * @returns the top-level blocks, in order
 */
export function renderBlocks(text: string, context: MarkdownContext): Block[] {
  const tokens = markdown.parse(text, context);
  const blocks: Block[] = [];
  let first = 0;
  for (const [index, token] of tokens.entries()) {
    if (token.level !== 0 || token.nesting === 1) continue;
    const block = tokens.slice(first, index + 1);
    const html = markdown.renderer.render(block, markdown.options, context);
    blocks.push({ line: block[0]?.map?.[0] ?? 0, html });
    first = index + 1;
  }
  return blocks;
}

function codeBlock(code: string, language: string, file?: string): string {
  const body = highlightCode(code, language) ?? escapeHtml(code);
  const path = file === undefined ? '' : ` data-path="${escapeHtml(file)}"`;
  const label = escapeHtml(file ?? language);
  return (
    `<div class="code-block" data-language="${escapeHtml(language)}"${path}>` +
    `<div class="code-header"><span>${label}</span>${CODE_BUTTONS}</div>` +
    `<pre tabindex="0"><code>${body}</code></pre></div>\n`
  );
}

const CODE_BUTTONS = [
  codeButton('insert-code', 'insert', 'Insert at Cursor'),
  codeButton('apply-code', 'git-pull-request-go-to-changes', 'Apply to File'),
  codeButton('create-code', 'new-file', 'Create File'),
  codeButton('copy-code', 'copy', 'Copy', 'Copy code'),
].join('');

function codeButton(name: string, icon: string, title: string, label = title): string {
  return (
    `<button type="button" class="icon-button ${name}" title="${title}" aria-label="${label}">` +
    `<span class="codicon codicon-${icon}"></span></button>`
  );
}

function placeLinkOpen({ path, startLine, endLine }: Place): string {
  const lines =
    (startLine === undefined ? '' : ` data-start="${startLine}"`) +
    (endLine === undefined ? '' : ` data-end="${endLine}"`);
  const name = escapeHtml(path);
  return `<a class="file-link" role="link" tabindex="0" title="Open ${name}" data-path="${name}"${lines}>`;
}

function isWebAddress(href: string): boolean {
  return /^(https?|mailto):/i.test(href);
}
