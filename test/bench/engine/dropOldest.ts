/**
 * A client without paging: what most chats do. Every result goes into the prompt, and what does not fit the window is left
 * out of it, oldest first, before each request. Same instructions, same functions, same model.
 */

import { CountedPrompt } from '../../../src/cli/replay/prices';
import type { ChatMessage, ToolCall } from '../../../src/engine/chat';
import { rawRange, renderFilePage, splitLines } from '../../../src/engine/filePages';
import { headMessages } from '../../../src/engine/MainContext';
import type { ModelRequest } from '../../../src/engine/ports';
import { systemInstructions } from '../../../src/engine/systemInstructions';
import { sha256 } from '../../../src/journal/sha256';
import type { CodingModel } from './CodingModel';
import type { PlannedTurn } from './codingSession';
import type { SyntheticRepository } from './SyntheticRepository';

const OUTPUT_TOKENS = 4096;

export class DropOldestClient {
  /** A message, or a call with its results. */
  private groups: ChatMessage[][] = [];
  private readonly notes: string[] = [];
  private readonly results: string[] = [];

  constructor(
    private readonly model: CodingModel,
    private readonly repository: SyntheticRepository,
    private readonly functions: ModelRequest['functions'],
    private readonly windowTokens: number,
  ) {}

  async submit(turn: PlannedTurn): Promise<void> {
    this.groups.push([{ role: 'user', content: turn.message }]);
    for (;;) {
      let text = '';
      const calls: ToolCall[] = [];
      for await (const event of this.model.stream(this.request())) {
        if (event.type === 'text') text += event.text;
        if (event.type === 'toolCall')
          calls.push({ ...event.call, id: `call_${this.results.length + calls.length}` });
      }
      if (calls.length === 0) {
        this.groups.push([{ role: 'assistant', content: text }]);
        return;
      }
      const results = calls.map((call): ChatMessage => {
        const address = `tool:s1/${this.results.length + 1}`;
        const content = this.run(call);
        this.results.push(content);
        return { role: 'tool', callId: call.id, content: `[${address} · result]\n${content}` };
      });
      this.groups.push([{ role: 'assistant', content: text, toolCalls: calls }, ...results]);
    }
  }

  private request(): ModelRequest {
    for (;;) {
      const head = headMessages(systemInstructions(['proj']), this.notes.join('\n'), '', '');
      const messages = [...head, ...this.groups.flat()];
      const request = { messages, functions: this.functions, maxOutputTokens: OUTPUT_TOKENS };
      if (new CountedPrompt(request).tokens + OUTPUT_TOKENS <= this.windowTokens) return request;
      this.groups.shift();
    }
  }

  private run({ name, arguments: json }: ToolCall): string {
    const args = JSON.parse(json) as Record<string, string> & { startLine: number; endLine: number };
    switch (name) {
      case 'read_file':
        return this.show(args.path ?? '', args.startLine, args.endLine);
      case 'edit_file':
        return this.edit(args.path ?? '', args.old ?? '', args.new ?? '');
      case 'pin_note':
        this.notes.push(args.text ?? '');
        return `Pinned as n${this.notes.length}.`;
      case 'edit_note':
        this.notes[Number(args.id?.slice(1)) - 1] = args.text ?? '';
        return `Edited ${args.id}.`;
      case 'page_in':
        return this.results[Number(args.address?.split('/').at(-1)) - 1] ?? '';
      default:
        return this.model.results.get(args.pattern ?? args.command ?? '') ?? '';
    }
  }

  private show(path: string, startLine: number, endLine: number): string {
    const lines = splitLines(this.repository.text(path));
    const range = { startLine, endLine: Math.min(endLine, lines.length) };
    const source = rawRange(lines, range);
    return renderFilePage(`proj/${path}`, range, source, sha256(source), 'lines').text;
  }

  /** The model settles the edit; this shows what it makes of the file. */
  private edit(path: string, before: string, after: string): string {
    const text = this.repository.text(path).replace(before, () => after);
    const line = text.slice(0, text.indexOf(after)).split('\n').length;
    const lines = splitLines(text);
    const range = {
      startLine: Math.max(1, line - 2),
      endLine: Math.min(lines.length, line + after.split('\n').length + 1),
    };
    const source = rawRange(lines, range);
    return `Edited.\n${renderFilePage(`proj/${path}`, range, source, sha256(source), 'lines').text}`;
  }
}
