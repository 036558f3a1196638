/** What addresses name: resolves them to stored text, in this session's memory first, then in the histories on disk. */
import { type Address, messageAddress, parseAddress, toolAddress } from './addresses';
import { UnknownAddressError } from './errors';
import { isQueueEvent, type QueueEvent, type SessionEvent } from './events';
import { filesOf } from './filesOf';
import type { FilePage } from './pages';
import type { BlobStore, SessionHistory } from './ports';
import { callsText } from './queueEntries';
import type { SessionState } from './SessionState';

export class StoredPages {
  constructor(
    private readonly state: SessionState,
    private readonly blobs: BlobStore,
    private readonly history: SessionHistory,
  ) {}

  /** The exact text an address names, without any heading. @throws UnknownAddressError | JournalError */
  async contentOf(address: string): Promise<string> {
    const parsed = this.parse(address);
    const { state, blobs } = this;
    switch (parsed.kind) {
      case 'file':
        return (await this.filePage(address, parsed)).source;
      case 'note': {
        const text =
          state.notes.textOf(parsed.id) ??
          state.archivalNotes.get(parsed.id) ??
          (await this.findNote(parsed.id));
        if (text === undefined) throw unknown(address);
        return text;
      }
      case 'tool': {
        const known = state.results.get(address);
        if (known) return blobs.get(known);
        const { session, call, part } = parsed;
        for await (const event of this.history.events(session)) {
          if (event.type !== 'function.result' || event.address !== toolAddress(session, call)) continue;
          const stored = part === undefined ? (event.whole ?? event.result) : event.parts?.[part - 1];
          if (stored !== undefined) return blobs.get(stored);
        }
        throw unknown(address);
      }
      case 'msg':
        return this.messages(address, parsed);
    }
  }

  /** @throws UnknownAddressError when the text is not an address */
  parse(address: string): Address {
    const parsed = parseAddress(address);
    if (!parsed) {
      throw new UnknownAddressError(
        `"${address}" is not an address.`,
        'Addresses look like file:folder/src/a.ts#L1-L20@0123456789abcdef, msg:session/12, tool:session/3 or note:id; to read a file by path use read_file.',
      );
    }
    return parsed;
  }

  /** A file range as it was shown, and its raw lines. @throws UnknownAddressError | JournalError */
  async filePage(
    address: string,
    parsed: Extract<Address, { kind: 'file' }>,
  ): Promise<{ filePage: FilePage; source: string }> {
    const filePage = this.state.filePages.get(address) ?? (await this.findFilePage(address));
    if (!filePage) throw unknown(`file ${parsed.addressPath} at ${address}`);
    return { filePage, source: await this.blobs.get(filePage.source) };
  }

  private async findFilePage(address: string): Promise<FilePage | undefined> {
    for await (const event of this.otherSessions()) {
      const page = filesOf(event).find((file) => file.address === address);
      if (page) return page;
    }
    return undefined;
  }

  /** The last text of a note of another session, pinned or archival. */
  private async findNote(id: string): Promise<string | undefined> {
    const { history, state } = this;
    for (const session of await history.sessions()) {
      if (session === state.session) continue;
      let text: string | undefined;
      for await (const event of history.events(session)) {
        if (event.type === 'note.pinned' && event.note.id === id) text = event.note.text;
        else if ((event.type === 'archival.inserted' || event.type === 'note.edited') && event.id === id)
          text = event.text;
      }
      if (text !== undefined) return text;
    }
    return undefined;
  }

  private async *otherSessions(): AsyncIterable<SessionEvent> {
    const { history, state } = this;
    for (const session of await history.sessions())
      if (session !== state.session) yield* history.events(session);
  }

  private async messages(address: string, parsed: Extract<Address, { kind: 'msg' }>): Promise<string> {
    const { history } = this;
    const texts: string[] = [];
    for await (const event of history.lineage(parsed.session)) {
      if (event.seq < parsed.firstSeq) continue;
      if (event.seq > parsed.lastSeq) break;
      // The whole of an event that was shown in part.
      if (event.type === 'event.posted' && parsed.firstSeq === parsed.lastSeq) return event.text;
      if (event.type === 'attachment.stored') {
        if (parsed.firstSeq === parsed.lastSeq) return this.blobs.get(event.text);
        texts.push(
          `[${messageAddress(event.inherited ?? parsed.session, event.seq)}] attached: ${event.label}`,
        );
      }
      if (!isQueueEvent(event)) continue;
      const text = await this.textOf(event);
      if (parsed.firstSeq === parsed.lastSeq) return text;
      if (event.type === 'interrupt') continue;
      const role = { 'message.user': 'user', 'message.assistant': 'assistant', 'function.result': 'tool' }[
        event.type
      ];
      texts.push(`[${messageAddress(event.inherited ?? parsed.session, event.seq)}] ${role}: ${text}`);
    }
    if (texts.length === 0) throw unknown(address);
    return texts.join('\n');
  }

  private async textOf(event: QueueEvent): Promise<string> {
    if (event.type === 'function.result') return this.blobs.get(event.result);
    if (event.type === 'message.assistant' && event.calls.length > 0)
      return callsText(event.text, event.calls);
    // Its text is a heading.
    if (event.type === 'interrupt' && event.kind === 'attached' && event.body)
      return this.blobs.get(event.body);
    return event.text;
  }
}

function unknown(address: string): UnknownAddressError {
  return new UnknownAddressError(
    `Nothing is stored at ${address}.`,
    'Copy the address exactly from a result, a stub or recall_search.',
  );
}
