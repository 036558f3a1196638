/** The offline model's answers, in Markdown: where things are and what stands there, quoted. */
import { codeFence } from '../engine/codeFence';
import type { FoundRange, RecalledMessage } from './functionResults';
import { keywords } from './keywords';

const NO_MODEL =
  'No language model is configured, so I can only look things up: run “Virtual Context: Select Model” to add one.';
/** Lines quoted around the line that matches best. */
const QUOTE_BEFORE = 3;
const QUOTE_LINES = 12;
const QUOTE_LINE_CHARS = 160;
const EXCERPT_CHARS = 600;
/** Pessimistic, so that an answer stays within the output it was allowed. */
const CHARS_A_TOKEN = 2.5;

export function noQuestionAnswer(): string {
  return `${NO_MODEL}\n\nThe question is no longer in view; please ask it again.`;
}

/** @param result what `pin_note` answered: it says whether there was room */
export function pinAnswer(note: string, result: string): string {
  return `${result.trim()}\n\n${blockQuote(note)}`;
}

export function recallAnswer(messages: readonly RecalledMessage[]): string {
  if (messages.length === 0) return `${NO_MODEL}\n\nI found nothing about that in what was said before.`;
  const quotes = messages.slice(0, 3).map(({ heading, text }) => `\`${heading}\`\n\n${blockQuote(text)}`);
  return [NO_MODEL, 'What was said before:', ...quotes].join('\n\n');
}

/** @param listing what `list_directory` answered, if it was called */
export function listingAnswer(listing: string | undefined): string {
  const nothing = `${NO_MODEL}\n\nI found nothing in this workspace that fits the question.`;
  return listing
    ? `${nothing} It holds:\n\n${fenced(clipped(listing.trim(), EXCERPT_CHARS * 2), '')}`
    : nothing;
}

/**
 * @param pages best first
 * @param linesOf lines of a file that are in view
 * @param maxOutputTokens quotes that would go beyond it are left out, their links stay
 */
export function foundAnswer(
  question: string,
  pages: readonly FoundRange[],
  linesOf: (path: string) => ReadonlyMap<number, string>,
  maxOutputTokens: number,
): string {
  const terms = keywords(question);
  const parts = [NO_MODEL, 'These places fit the question best:'];
  let room = maxOutputTokens * CHARS_A_TOKEN - parts.join('').length;
  for (const page of pages) {
    const quote = bestLines(page, linesOf(page.path), terms);
    const heading = link(quote?.range ?? page);
    const block = quote ? fenced(quote.text, languageOf(page.path)) : '';
    room -= heading.length + block.length;
    parts.push(heading);
    if (block !== '' && room > 0) parts.push(block);
  }
  return parts.join('\n\n');
}

interface Quote {
  readonly range: FoundRange;
  readonly text: string;
}

/** A few lines around the first line that names most of the question's terms. */
function bestLines(
  page: FoundRange,
  lines: ReadonlyMap<number, string>,
  terms: readonly string[],
): Quote | undefined {
  let best: { line: number; score: number } | undefined;
  let last = 0;
  for (let line = page.startLine; line <= page.endLine; line++) {
    const text = lines.get(line);
    if (text === undefined) continue;
    last = line;
    const lower = text.toLowerCase();
    const score = terms.filter((term) => lower.includes(term)).length;
    if (!best || score > best.score) best = { line, score };
  }
  if (!best) return undefined;
  let startLine = Math.max(page.startLine, best.line - QUOTE_BEFORE);
  while (!lines.has(startLine)) startLine++;
  const quoted: string[] = [];
  for (let line = startLine; line <= Math.min(last, startLine + QUOTE_LINES - 1); line++) {
    const text = lines.get(line);
    if (text === undefined) break;
    quoted.push(clipped(text, QUOTE_LINE_CHARS));
  }
  return {
    range: { path: page.path, startLine, endLine: startLine + quoted.length - 1 },
    text: quoted.join('\n'),
  };
}

/** @returns `[src/a.ts:10-20](src/a.ts#L10-L20)` */
function link({ path, startLine, endLine }: FoundRange): string {
  const lines = startLine === endLine ? `${startLine}` : `${startLine}-${endLine}`;
  const target = encodeURI(path).replace(/[()#?]/g, (char) => `%${char.charCodeAt(0).toString(16)}`);
  const anchor = startLine === endLine ? `L${startLine}` : `L${startLine}-L${endLine}`;
  return `[${path.replace(/[[\]\\]/g, '\\$&')}:${lines}](${target}#${anchor})`;
}

function fenced(text: string, language: string): string {
  const fence = codeFence(text);
  return `${fence}${language}\n${text}\n${fence}`;
}

function blockQuote(text: string): string {
  return clipped(text, EXCERPT_CHARS).replace(/^/gm, '> ');
}

function languageOf(path: string): string {
  return /\.([A-Za-z0-9]+)$/.exec(path)?.[1]?.toLowerCase() ?? '';
}

function clipped(text: string, chars: number): string {
  return text.length > chars ? `${text.slice(0, chars - 1)}…` : text;
}

/** @returns what was going on, as the engine extracted it. @param request the interrupt that asks for it */
export function openerAnswer(request: string): string {
  return /<before>\n([\s\S]*)\n<\/before>/.exec(request)?.[1] ?? 'Welcome back.';
}
