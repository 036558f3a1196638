/**
 * How far the re-enactment of a session has come: what the recording says happened by now, and by which names what was
 * recorded goes in the session that re-enacts it.
 */
import { fileRangeAddress, parseAddress, toolAddress } from '../../engine/addresses';
import type { ToolCall } from '../../engine/chat';
import type { EventOf, SessionEvent } from '../../engine/events';
import { type LineRange, missingRanges } from '../../engine/PageTable';
import type { BlobStore, OutsideEvent, RulesFile, TokenCounter } from '../../engine/ports';
import { isResident } from '../../engine/residency';
import { SessionState } from '../../engine/SessionState';
import type { MemoryLog } from './MemoryJournal';
import { RecordedFiles } from './RecordedFiles';
import type { RecordedStep, Recording } from './Recording';

/** Messages that bring back what one makes use of: a small window shows long pages in parts, and some never whole. */
const MAX_ROUNDS = 3;

/** What the person and the outside world do to the process. */
export interface Outside {
  post(event: OutsideEvent): Promise<void>;
  /** Changes of the working context by the person. */
  change(event: EventOf<'note.pinned' | 'note.edited' | 'note.unpinned' | 'plan.changed'>): Promise<void>;
}

export class Reenactment {
  readonly files: RecordedFiles;
  /** The session that re-enacts, folded from its log. */
  readonly state: SessionState;
  /** Texts of the recorded session's notes. */
  readonly notes = new Map<string, string>();
  rules: readonly RulesFile[] = [];
  /** Calls of `page_in` that were not recorded. */
  inserted = 0;

  private next = 0;
  private entered = -1;
  private folded = 0;
  private now = 0;
  /** How often the next step's missing pages were asked for. */
  private rounds = 0;
  /** What was asked for last. */
  private asked = '';
  private delivered: ReadonlySet<SessionEvent> = new Set();
  /** Of each message of the model's, the recorded one; undefined for one that was inserted. */
  private readonly said: (number | undefined)[] = [];
  /** Recorded calls by the ids they have now. */
  private readonly calls = new Map<string, ToolCall>();
  /** Recorded addresses of results as they are now. */
  private readonly results = new Map<string, string>();
  /** Results that were brought back, by where they were put. */
  private readonly brought = new Map<string, string>();

  constructor(
    readonly recording: Recording,
    private readonly log: MemoryLog,
    readonly blobs: BlobStore,
    counter: TokenCounter,
  ) {
    this.files = new RecordedFiles(recording.folders);
    this.state = new SessionState(log.sessionId, blobs, counter, () => 0);
  }

  /** The step to be made next; undefined after the last. */
  get step(): RecordedStep | undefined {
    return this.recording.steps[this.next];
  }

  /** Steps made. */
  get made(): number {
    return this.next;
  }

  /** No two moments are the same. */
  readonly clock = { now: () => ++this.now };

  /** What is to reach the process before the next step. The caller posts it. */
  takeInputs(): readonly OutsideEvent[] {
    const events = (this.step?.before ?? []).filter((event) => !this.delivered.has(event));
    const inputs = events.flatMap((event) => {
      const input = inputOf(event, this.recording);
      return input ? [input] : [];
    });
    this.delivered = new Set(events);
    return inputs;
  }

  /** Lets what happened before the next step happen, once. */
  async enter(outside: Outside): Promise<void> {
    const { step } = this;
    if (!step || this.entered === this.next) return;
    this.entered = this.next;
    this.now = Math.max(this.now, step.at);
    for (const event of step.before) {
      await this.changeFiles(event);
      if (event.type === 'note.pinned' && event.note.by === 'person') await outside.change(event);
      else if (event.type === 'note.edited' && event.by === 'person') await outside.change(event);
      else if (event.type === 'note.unpinned' && event.by === 'person') await outside.change(event);
      else if (event.type === 'plan.changed' && event.by === 'person') await outside.change(event);
      this.rememberNote(event);
    }
    for (const input of this.takeInputs()) await outside.post(input);
  }

  /** @returns the message of the model's that comes now: the recorded one, or one that first brings back what that makes use of */
  async say(): Promise<{ readonly text: string; readonly calls: readonly ToolCall[] }> {
    await this.catchUp();
    const { step } = this;
    if (!step) return { text: '', calls: [] };
    const first = this.state.calls + 1;
    const missing = this.rounds < MAX_ROUNDS ? this.missing(step) : [];
    // What a round has not brought the next would not bring either.
    if (missing.length > 0 && missing.join() !== this.asked) {
      this.asked = missing.join();
      this.rounds++;
      this.said.push(undefined);
      this.inserted += missing.length;
      for (const [index, address] of missing.entries())
        this.brought.set(address, toolAddress(this.log.sessionId, first + index));
      return { text: '', calls: missing.map(pageIn) };
    }
    this.asked = '';
    this.rounds = 0;
    this.said.push(this.next++);
    for (const [index, call] of step.message.calls.entries()) {
      this.calls.set(`call_${first + index}`, call);
      const result = this.recording.results.get(call.id);
      if (result) this.results.set(result.address, toolAddress(this.log.sessionId, first + index));
    }
    return step.message;
  }

  /** @returns the recorded call that goes by this id now; undefined for one that was inserted */
  recorded(callId: string): ToolCall | undefined {
    return this.calls.get(callId);
  }

  /** @returns what a recorded address names in the session that re-enacts; the same where nothing took its place */
  addressNow(recorded: string): string {
    const result = this.results.get(recorded);
    if (result !== undefined) return result;
    const message = this.recording.messages.get(recorded);
    if (!message) return recorded;
    const { type, index } = message;
    const nth = type === 'message.assistant' ? this.said.indexOf(index) : index;
    const event = this.log.events.filter((candidate) => candidate.type === type)[nth];
    return nth >= 0 && event ? `msg:${this.log.sessionId}/${event.seq}` : recorded;
  }

  /** Folds what the session has logged since the last look. */
  async catchUp(): Promise<void> {
    while (this.folded < this.log.events.length) {
      const event = this.log.events[this.folded++];
      if (event) await this.state.apply(event);
    }
  }

  /** Addresses of what a step makes use of and is not there: of files the lines as they are now. */
  private missing({ message }: RecordedStep): readonly string[] {
    const missing: string[] = [];
    const gaps = new Map<string, LineRange[]>();
    for (const recorded of message.references ?? []) {
      const page = this.recording.pages.get(recorded);
      const parsed = parseAddress(recorded);
      if (page && parsed?.kind === 'file') {
        const found = gaps.get(page.path) ?? [];
        // An older version may have been longer.
        const wanted = { ...page, endLine: Math.min(page.endLine, this.files.lineCount(page.path)) };
        for (const gap of missingRanges(wanted, [...this.linesHeld(page.path), ...found])) {
          found.push(gap);
          missing.push(fileRangeAddress(parsed.addressPath, gap.startLine, gap.endLine));
        }
        gaps.set(page.path, found);
      } else if (!page) {
        const address = this.addressNow(recorded);
        if (address !== recorded && !this.isHeld(address)) missing.push(address);
      }
    }
    return missing;
  }

  /** Also what is stale: it is what the message was said with. */
  private linesHeld(path: string): readonly LineRange[] {
    const { pages, rules } = this.state;
    return [...pages.pages(), ...rules.shown].filter((held) => held.path === path);
  }

  private isHeld(address: string): boolean {
    const holder = this.brought.get(address);
    return isResident(this.state, address) || this.state.pages.get(holder ?? address) !== undefined;
  }

  private async changeFiles(event: SessionEvent): Promise<void> {
    const { blobs, files, recording } = this;
    if (event.type === 'rules.loaded') {
      const folder = recording.folders.length === 1 ? `${recording.folders[0]}/` : '';
      this.rules = await Promise.all(
        event.rules.map(async ({ path, source, version, startLine, scope, inactive }) => {
          // What came before the rules was not recorded.
          const text = '\n'.repeat(startLine - 1) + (await blobs.get(source));
          const file = { path, addressPath: `${folder}${path}`, text, version, firstLine: startLine };
          return { ...file, ...(scope === undefined ? {} : { scope }), ...(inactive ? { inactive } : {}) };
        }),
      );
    } else if (event.type === 'interrupt') {
      for (const page of event.pages ?? []) files.show(page, await blobs.get(page.source));
    } else if (event.type === 'epoch.started') {
      for (const { file } of event.carried ?? []) if (file) files.show(file, await blobs.get(file.source));
    } else if (event.type === 'page.stale' || event.type === 'page.fresh') {
      const page = recording.pages.get(event.address);
      if (!page) return;
      const source = await blobs.get(page.source);
      if (event.type === 'page.stale') files.changed(page, source);
      else files.show(page, source);
    }
  }

  private rememberNote(event: SessionEvent): void {
    if (event.type === 'note.pinned') this.notes.set(event.note.id, event.note.text);
    else if (event.type === 'note.edited') this.notes.set(event.id, event.text);
  }
}

function pageIn(address: string): ToolCall {
  return { id: address, name: 'page_in', arguments: JSON.stringify({ address }) };
}

function inputOf(event: SessionEvent, { posted }: Recording): OutsideEvent | undefined {
  if (event.type === 'message.user') return { kind: 'userMessage', text: event.text };
  if (event.type !== 'interrupt' || event.posted === undefined) return undefined;
  const source = posted.get(event.posted);
  return source && { kind: source.kind, text: source.text };
}
