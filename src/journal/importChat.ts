/** Makes a session of an exported chat. */
import { messageAddress, toolAddress } from '../engine/addresses';
import { headingOf } from '../engine/attachments';
import { cutText } from '../engine/cutText';
import { EVENT_CLASSES } from '../engine/eventPriorities';
import type { NewSessionEvent, SessionEventBody } from '../engine/events';
import { renderItems } from '../engine/Plan';
import type { BlobHash, BlobStore, SessionLog, TokenCounter } from '../engine/ports';
import { entryTokens, interruptText } from '../engine/queueEntries';
import type { ExportedChat } from './exportedChat';

type ExportedMessage = ExportedChat['messages'][number];
type UserMessage = Extract<ExportedMessage, { role: 'user' }>;
type AssistantMessage = Extract<ExportedMessage, { role: 'assistant' }>;
type ExportedResult = Extract<ExportedMessage, { role: 'tool' }>;
type ExportedAttachment = NonNullable<UserMessage['attachments']>[number];

interface StoredAt {
  readonly address: string;
  readonly hash: BlobHash;
}
type StoredAttachment = ExportedAttachment & StoredAt;

/** More of one text than this is not shown to the model at once, UTF-16 units; the rest is a page fault away. */
const SHOWN_CHARS = 20_000;
/** Own tokens that plan and notes may take: the default of `virtualContext.notes.tokenLimit`. */
const KEPT_TOKENS = 2000;
/** Events written at once. */
const BATCH = 200;

/**
 * Writes an exported chat into the log of a new session. The file is data from outside: it brings no approvals, no changes
 * of files, no checkpoints and no rules, and its notes are marked as taken from a source, which the model takes for data.
 * @param log empty
 * @param folders names of the workspace folders
 * @throws JournalError
 */
export async function importChat(
  { title, messages, plan, notes }: ExportedChat,
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
    if (one.role === 'user') await importer.question(one);
    if (one.role !== 'assistant') continue;
    const after = messages.slice(index + 1);
    const next = after.findIndex(({ role }) => role !== 'tool');
    const results = (next < 0 ? after : after.slice(0, next)).filter((result) => result.role === 'tool');
    await importer.answer(one, results);
  }
  await importer.keep(plan, notes);
  await importer.finish();
}

class Importer {
  private waiting: NewSessionEvent[] = [];
  private turn = 0;
  private open = false;
  private calls = 0;
  private lastAt = 0;
  /** Of the last event. */
  private seq = 0;

  constructor(
    private readonly log: SessionLog,
    private readonly blobs: Pick<BlobStore, 'put'>,
    private readonly counter: TokenCounter,
  ) {}

  /** @returns the event's sequence number */
  async add(body: SessionEventBody, time: number): Promise<number> {
    this.lastAt = time;
    const seq = ++this.seq;
    this.waiting.push({ ...body, at: time });
    if (this.waiting.length >= BATCH) await this.write();
    return seq;
  }

  async question({ text, at: time, attachments = [] }: UserMessage): Promise<void> {
    await this.endTurn();
    const stored: StoredAttachment[] = [];
    for (const one of attachments) stored.push({ ...one, ...(await this.store(one, time)) });
    const posted = stored.length === 0 ? {} : { posted: await this.post(text, stored, time) };
    await this.beginTurn(time);
    const shown = cutText(text, SHOWN_CHARS);
    const tokens = await entryTokens(this.counter, { role: 'user', content: shown });
    const long = shown === text ? {} : { shown: await this.blobs.put(shown), nextPage: 1 };
    const body = {
      type: 'message.user',
      turn: this.turn,
      text,
      ...long,
      tokens,
      ...posted,
      imported: true,
    } as const;
    await this.add(body, time);
    for (const [index, one] of stored.entries()) await this.attached(one, index, posted.posted ?? 0, time);
  }

  /** Plan and notes, as far as the default of the notes' limit has room for them; the log holds the others too. */
  async keep(plan: ExportedChat['plan'], notes: ExportedChat['notes']): Promise<void> {
    await this.endTurn();
    let room = KEPT_TOKENS;
    const items = plan.filter(({ text }) => text !== '');
    const cost = await this.count(renderItems(items));
    if (items.length > 0 && cost <= room) {
      room -= cost;
      await this.add({ type: 'plan.changed', items, by: 'model' }, this.lastAt);
    }
    for (const [index, { text }] of notes.entries()) {
      const { address } = await this.store(
        { label: 'a pinned note of the imported chat', text },
        this.lastAt,
      );
      const tokens = await this.count(text);
      if (tokens > room) continue;
      room -= tokens;
      const note = { id: `imported${index + 1}`, text, by: 'model', source: address } as const;
      await this.add({ type: 'note.pinned', note }, this.lastAt);
    }
  }

  /** A call without a result gets one that says so: no model takes calls without. */
  async answer(said: AssistantMessage, results: readonly ExportedResult[]): Promise<void> {
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
      const shown = cutWithAddress(whole, address);
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

  private async store({ label, text }: ExportedAttachment, time: number): Promise<StoredAt> {
    const hash = await this.blobs.put(text);
    const seq = await this.add({ type: 'attachment.stored', label, text: hash }, time);
    return { address: messageAddress(this.log.sessionId, seq), hash };
  }

  private post(text: string, stored: readonly StoredAttachment[], time: number): Promise<number> {
    const attachments = stored.map(({ label, address, hash }) => {
      return { kind: 'text', label, address, text: hash } as const;
    });
    const { priority } = EVENT_CLASSES.userMessage;
    return this.add({ type: 'event.posted', kind: 'userMessage', priority, text, attachments }, time);
  }

  /** As the delivery of attachments shows them. */
  private async attached(
    { label, text: whole, address }: StoredAttachment,
    index: number,
    posted: number,
    time: number,
  ): Promise<void> {
    const text = headingOf(label);
    const body = `[${address}: ${label}]\n${cutWithAddress(whole, address)}`;
    const content = interruptText('attached', `${text}\n${body}`);
    await this.add(
      {
        type: 'interrupt',
        kind: 'attached',
        text,
        tokens: await entryTokens(this.counter, { role: 'user', content }),
        body: await this.blobs.put(body),
        origin: 'user',
        attached: { posted, index },
        stored: { address, label },
      },
      time,
    );
  }

  private async count(text: string): Promise<number> {
    return (await this.counter.count([text]))[0] ?? 0;
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

function cutWithAddress(text: string, address: string): string {
  const beginning = cutText(text, SHOWN_CHARS);
  return beginning === text ? text : `${beginning}\n[cut here; page_in("${address}") shows all]`;
}
