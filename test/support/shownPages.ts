/**
 * The file ranges a request shows as current, put together by its text alone, as a reader does: ranges under their
 * addresses, with the model's own edits made to them, without those that news call stale.
 */
import type { ChatMessage, ToolCall } from '../../src/engine/chat';

export interface ShownPage {
  readonly address: string;
  readonly path: string;
  readonly startLine: number;
  readonly endLine: number;
  /** 16 hex digits of the hash of the lines. */
  readonly hash: string;
  /** Its raw lines: what was shown, and edits made since. Line ends are `\n`. */
  readonly text: string;
}

const HEADING = /^(file:proj\/.+#L\d+-L\d+@[0-9a-f]{16}) · .*\n((?: *\d+\t.*(?:\n|$))*)/gm;
const NEWS = /^(Stale|Fresh again): (file:\S+@[0-9a-f]{16})/gm;
const ANCHOR = /^Your page is now ((file:\S+)#\S+) \(was (#\S+)\)$/gm;

/** @returns later ones last */
export function shownPages(messages: readonly ChatMessage[]): ShownPage[] {
  const shown = new Map<string, ShownPage>();
  const stale = new Map<string, boolean>();
  const calls = new Map<string, ToolCall>();
  for (const message of messages) {
    if (message.role === 'assistant') {
      for (const call of message.toolCalls ?? []) calls.set(call.id, call);
      continue;
    }
    const { content } = message;
    for (const [, word, address = ''] of content.matchAll(NEWS)) stale.set(address, word === 'Stale');
    const call = message.role === 'tool' ? calls.get(message.callId) : undefined;
    const edited = [...content.matchAll(ANCHOR)].flatMap(([, address = '', file, was]) => {
      const page = shown.get(`${file}${was}`);
      // The head shows it with the edit already.
      if (!page || !call) return [];
      return [{ was: page.address, page: pageOf(address, edit(page.text, call)) }];
    });
    for (const { was } of edited) shown.delete(was);
    for (const { page } of edited) shown.set(page.address, page);
    if (content.includes('[superseded')) continue;
    for (const [, address = '', body = ''] of content.matchAll(HEADING)) {
      shown.delete(address);
      shown.set(address, pageOf(address, body.replace(/^ *\d+\t/gm, '').replace(/([^\n])$/, '$1\n')));
      stale.delete(address);
    }
  }
  return [...shown.values()].filter(({ address }) => !stale.get(address));
}

function pageOf(address: string, text: string): ShownPage {
  const [, path = '', start, end, hash = ''] = /^file:proj\/(.+)#L(\d+)-L(\d+)@(.*)$/.exec(address) ?? [];
  return { address, path, startLine: Number(start), endLine: Number(end), hash, text };
}

/** What the model asked for, where the text has it. */
function edit(text: string, call: ToolCall): string {
  const args = JSON.parse(call.arguments) as { old: string; new: string; replace_all?: boolean };
  return args.replace_all
    ? text.replaceAll(args.old, () => args.new)
    : text.replace(args.old, () => args.new);
}
