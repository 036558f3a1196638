import { PlanChangedError } from '../../../src/engine/errors';
import type { Note } from '../../../src/engine/events';
import type { OutputEvent, RulesShown } from '../../../src/engine/OutputBuffer';
import type { Opener } from '../../../src/engine/opener';
import type { Conversation } from '../../../src/host/conversation';
import type { PlanView } from '../../../src/webview/protocol';

type Listener<Event> = (event: Event) => void;

/** A conversation that the test writes: what it emits is in the transcript too; what the views ask for is in `asked`. */
export class FakeConversation implements Conversation {
  session = 's1';
  modelLabel = 'Offline';
  modelIsOffline = true;
  readonly asked: unknown[][] = [];
  readonly limit = 2000;
  /** What every request is refused with, when set. */
  refusal: Error | undefined;

  private events: OutputEvent[] = [];
  private pinned: Note[] = [];
  private readonly outputListeners = new Set<Listener<OutputEvent>>();
  private readonly resetListeners = new Set<() => void>();
  private readonly modelListeners = new Set<() => void>();

  transcript(): readonly OutputEvent[] {
    const plan: OutputEvent[] = this.planNow.revision === 0 ? [] : [{ type: 'plan', ...this.planNow }];
    return [...this.events, this.notesEvent(), ...plan];
  }

  emit(...events: OutputEvent[]): void {
    for (const event of events) {
      this.events.push(event);
      for (const listener of this.outputListeners) listener(event);
    }
  }

  onOutput(listener: Listener<OutputEvent>) {
    return subscription(this.outputListeners, listener);
  }

  onReset(listener: () => void) {
    return subscription(this.resetListeners, listener);
  }

  onModelChanged(listener: () => void) {
    return subscription(this.modelListeners, listener);
  }

  setModel(label: string, offline: boolean): void {
    Object.assign(this, { modelLabel: label, modelIsOffline: offline });
    for (const listener of this.modelListeners) listener();
  }

  async submit(text: string): Promise<void> {
    this.ask('submit', text);
  }

  stop(): void {
    this.ask('stop');
  }

  stopCall(callId: string): void {
    this.ask(`stopCall ${callId}`);
  }

  async newChat(): Promise<void> {
    this.ask('newChat');
    this.session = 's2';
    this.events = [];
    this.reset();
  }

  async resumeTurn(): Promise<void> {
    this.ask('resumeTurn');
  }

  async fork(seq: number): Promise<void> {
    this.ask('fork', seq);
  }

  /** The test says what is taken back. */
  async rewind(seq: number): Promise<void> {
    this.ask('rewind', seq);
  }

  async retry(): Promise<void> {
    this.ask('retry');
  }

  revealed: number | undefined;

  takeReveal(): number | undefined {
    const { revealed } = this;
    this.revealed = undefined;
    return revealed;
  }

  takenBack: string | undefined;

  takeBack(): string | undefined {
    const text = this.takenBack;
    this.takenBack = undefined;
    return text;
  }

  reset(): void {
    for (const listener of this.resetListeners) listener();
  }

  async pinMessage(seq: number): Promise<void> {
    this.ask('pinMessage', seq);
  }

  async stored(address: string): Promise<string> {
    this.ask('stored', address);
    return `exact text of ${address}`;
  }

  /** What `opener` answers, for one session. */
  whereLeft: Opener | undefined;

  async opener(): Promise<Opener | undefined> {
    return this.whereLeft;
  }

  async dismissOpener(): Promise<void> {
    this.ask('dismissOpener');
    this.whereLeft = undefined;
  }

  private planNow: PlanView = { items: [], revision: 0 };

  setPlan(...items: PlanView['items']): void {
    this.planNow = { items, revision: this.planNow.revision + 1 };
    for (const listener of this.outputListeners) listener({ type: 'plan', ...this.planNow });
  }

  readonly plan = {
    now: () => this.planNow,
    change: async ({ items, revision }: PlanView) => {
      this.ask('changePlan', items);
      if (revision !== this.planNow.revision)
        throw new PlanChangedError(
          'The plan has changed meanwhile.',
          'Look at it as it is now and try again.',
        );
      this.setPlan(...items);
    },
  };

  readonly notes = {
    pin: async (text: string, source?: string) => {
      this.ask('pin', text);
      const id = `n${this.asked.length}`;
      this.setNotes([...this.pinned, { id, text, by: 'person', ...(source ? { source } : {}) }]);
    },
    edit: async (id: string, text: string) => {
      this.ask('edit', id, text);
      this.setNotes(this.pinned.map((note) => (note.id === id ? { id, text, by: 'person' } : note)));
    },
    unpin: async (id: string) => {
      this.ask('unpin', id);
      this.setNotes(this.pinned.filter((note) => note.id !== id));
    },
  };

  setNotes(notes: Note[]): void {
    this.pinned = notes;
    for (const listener of this.outputListeners) listener(this.notesEvent());
  }

  /** The files of standing rules. */
  rules: readonly RulesShown[] = [];

  private notesEvent(): OutputEvent {
    const used = this.pinned.reduce((sum, { text }) => sum + Math.ceil(text.length / 4) + 12, 0);
    return { type: 'notes', notes: this.pinned, rules: this.rules, used, limit: this.limit };
  }

  private ask(...request: unknown[]): void {
    this.asked.push(request);
    if (this.refusal) throw this.refusal;
  }
}

function subscription<Listened>(listeners: Set<Listened>, listener: Listened) {
  listeners.add(listener);
  return { dispose: () => void listeners.delete(listener) };
}
