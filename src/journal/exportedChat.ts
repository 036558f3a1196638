/**
 * A chat as a file of its own. What is exported is what was said and done, not what the engine made of it: an imported
 * chat begins with a window of this machine's making, and nothing in the file can become a part of the instructions.
 */
import * as z from 'zod';
import { toolAddress } from '../engine/addresses';
import { cutText } from '../engine/cutText';
import { JournalError } from '../engine/errors';
import type { NewSessionEvent, SessionEvent, SessionEventBody } from '../engine/events';
import type { BlobStore, SessionLog, TokenCounter } from '../engine/ports';
import { entryTokens } from '../engine/queueEntries';

const at = z.number().int().nonnegative();
const message = z.discriminatedUnion('role', [
  z.object({ role: z.literal('user'), at, text: z.string() }),
  z.object({
    role: z.literal('assistant'),
    at,
    text: z.string(),
    reasoning: z.string().exactOptional(),
    calls: z.array(z.object({ id: z.string(), name: z.string().min(1), arguments: z.string() })),
  }),
  z.object({
    role: z.literal('tool'),
    at,
    callId: z.string(),
    name: z.string().min(1),
    text: z.string(),
    isError: z.boolean(),
  }),
]);

const exportedChat = z.object({
  format: z.literal('virtual-context-chat'),
  version: z.literal(1),
  title: z.string(),
  messages: z.array(message),
});

export type ExportedChat = z.infer<typeof exportedChat>;
type ExportedMessage = ExportedChat['messages'][number];
type ExportedResult = Extract<ExportedMessage, { role: 'tool' }>;

/** More of one text than this is not shown to the model at once, UTF-16 units; the rest is a page fault away. */
const SHOWN_CHARS = 20_000;
/** Events written at once. */
const BATCH = 200;

/** @param events the chat's lineage @throws JournalError when a text is lost */
export async function exportChat(
  title: string,
  events: AsyncIterable<SessionEvent>,
  blobs: Pick<BlobStore, 'get'>,
): Promise<ExportedChat> {
  const messages: ExportedMessage[] = [];
  for await (const event of events) {
    const { at: time } = event;
    if (event.type === 'message.user') messages.push({ role: 'user', at: time, text: event.text });
    if (event.type === 'message.assistant') {
      const { text, reasoning, calls } = event;
      const thought = reasoning === undefined ? {} : { reasoning };
      const made = calls.map(({ id, name, arguments: args }) => ({ id, name, arguments: args }));
      messages.push({ role: 'assistant', at: time, text, ...thought, calls: made });
    }
    if (event.type === 'function.result') {
      const { callId, name, isError } = event;
      const text = await blobs.get(event.whole ?? event.result);
      messages.push({ role: 'tool', at: time, callId, name, text, isError });
    }
  }
  return { format: 'virtual-context-chat', version: 1, title, messages };
}

/** @returns the chat for people: what was said, and which calls were made */
export function chatMarkdown({ title, messages }: ExportedChat): string {
  const parts = [`# ${title}`];
  let speaker = '';
  for (const part of messages) {
    if (part.role === 'tool') continue;
    if (part.role === 'user') parts.push('## You', part.text);
    else {
      if (speaker !== part.role) parts.push('## Assistant');
      if (part.text !== '') parts.push(part.text);
      if (part.calls.length > 0) parts.push(part.calls.map(callLine).join('\n'));
    }
    speaker = part.role;
  }
  return `${parts.join('\n\n')}\n`;
}

/** @throws JournalError when the text is no exported chat */
export function parseExportedChat(text: string): ExportedChat {
  const nextStep = 'Choose a JSON file that "Export Chat as JSON" has written.';
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    throw new JournalError('The file is not JSON.', nextStep);
  }
  const parsed = exportedChat.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new JournalError(
    `The file is no exported chat: ${issue?.path.join('.')}: ${issue?.message}.`,
    nextStep,
  );
}

/**
 * Writes an exported chat into the log of a new session.
 * @param log empty
 * @param folders names of the workspace folders
 * @throws JournalError
 */
export async function importChat(
  { title, messages }: ExportedChat,
  log: SessionLog,
  folders: readonly string[],
  blobs: Pick<BlobStore, 'put'>,
  counter: TokenCounter,
): Promise<void> {
  const importer = new Importer(log, blobs, counter);
  const begun = messages[0]?.at ?? 0;
  await importer.add({ type: 'session.started', workspace: folders }, begun);
  await importer.add({ type: 'session.renamed', name: title }, begun);
  for (const [index, one] of messages.entries()) {
    if (one.role === 'user') await importer.question(one.text, one.at);
    if (one.role !== 'assistant') continue;
    const after = messages.slice(index + 1);
    const next = after.findIndex(({ role }) => role !== 'tool');
    const results = (next < 0 ? after : after.slice(0, next)).filter((result) => result.role === 'tool');
    await importer.answer(one, results);
  }
  await importer.finish();
}

class Importer {
  private waiting: NewSessionEvent[] = [];
  private turn = 0;
  private open = false;
  private calls = 0;
  private lastAt = 0;

  constructor(
    private readonly log: SessionLog,
    private readonly blobs: Pick<BlobStore, 'put'>,
    private readonly counter: TokenCounter,
  ) {}

  async add(body: SessionEventBody, time: number): Promise<void> {
    this.lastAt = time;
    this.waiting.push({ ...body, at: time });
    if (this.waiting.length >= BATCH) await this.write();
  }

  async question(text: string, time: number): Promise<void> {
    await this.endTurn();
    await this.beginTurn(time);
    const shown = cutText(text, SHOWN_CHARS);
    const tokens = await entryTokens(this.counter, { role: 'user', content: shown });
    const long = shown === text ? {} : { shown: await this.blobs.put(shown), nextPage: 1 };
    await this.add({ type: 'message.user', turn: this.turn, text, ...long, tokens, imported: true }, time);
  }

  /** A call without a result gets one that says so: no model takes calls without. */
  async answer(
    said: Extract<ExportedMessage, { role: 'assistant' }>,
    results: readonly ExportedResult[],
  ): Promise<void> {
    if (!this.open) await this.beginTurn(said.at);
    const calls = said.calls.map(({ name, arguments: args }, i) => {
      return { id: `call_${this.calls + i + 1}`, name, arguments: args };
    });
    const tokens = await entryTokens(this.counter, {
      role: 'assistant',
      content: said.text,
      toolCalls: calls,
    });
    const reasoning = said.reasoning === undefined ? {} : { reasoning: said.reasoning };
    const { text } = said;
    await this.add(
      { type: 'message.assistant', turn: this.turn, text, calls, tokens, ...reasoning, imported: true },
      said.at,
    );
    for (const [i, { id }] of said.calls.entries()) {
      const lost = {
        name: calls[i]?.name ?? '',
        text: 'No result was recorded.',
        isError: true,
        at: said.at,
      };
      const { name, text: whole, isError, at: time } = results.find(({ callId }) => callId === id) ?? lost;
      this.calls++;
      const address = toolAddress(this.log.sessionId, this.calls);
      const beginning = cutText(whole, SHOWN_CHARS);
      const shown = beginning === whole ? whole : `${beginning}\n[cut here; page_in("${address}") shows all]`;
      await this.add(
        {
          type: 'function.result',
          turn: this.turn,
          callId: `call_${this.calls}`,
          name,
          address,
          result: await this.blobs.put(shown),
          ...(shown === whole ? {} : { whole: await this.blobs.put(whole) }),
          tokens: await entryTokens(this.counter, { role: 'tool', callId: id, content: shown }),
          isError,
          pages: [],
          ms: 0,
        },
        time,
      );
    }
  }

  async finish(): Promise<void> {
    await this.endTurn();
    await this.write();
  }

  private async beginTurn(time: number): Promise<void> {
    this.turn++;
    this.open = true;
    await this.add({ type: 'turn.started', turn: this.turn }, time);
  }

  private async endTurn(): Promise<void> {
    if (this.open) await this.add({ type: 'turn.ended', turn: this.turn, reason: 'done' }, this.lastAt);
    this.open = false;
  }

  private async write(): Promise<void> {
    const events = this.waiting;
    this.waiting = [];
    await this.log.append(events);
  }
}

function callLine({ name, arguments: args }: { readonly name: string; readonly arguments: string }): string {
  const fence = '`'.repeat(Math.max(0, ...(args.match(/`+/g) ?? []).map((run) => run.length)) + 1);
  const pad = args.startsWith('`') || args.endsWith('`') ? ' ' : '';
  return `- **${name}** ${fence}${pad}${args.replace(/\s+/g, ' ')}${pad}${fence}`;
}
