/** What the surfaces see of a session: what was shown of late, and the state of its memory, drawn anew as it changes. */
import type { AgentSettings } from './AgentParts';
import type { SessionEvent } from './events';
import type { ModelInUse } from './ModelInUse';
import { memoryReport } from './memoryReport';
import { memoryReportText } from './memoryReportText';
import { billOf, type ModelPrices } from './modelPrices';
import type { OutputBuffer, OutputEvent } from './OutputBuffer';
import { RecentOutput } from './RecentOutput';
import type { SessionNotes } from './SessionNotes';
import type { SessionState } from './SessionState';
import { outputOf } from './transcript';

export interface SessionViewParts {
  readonly state: SessionState;
  readonly notes: SessionNotes;
  readonly model: ModelInUse;
  readonly output: OutputBuffer;
  readonly settings: () => AgentSettings;
}

export class SessionView {
  private readonly shown = new RecentOutput();

  constructor(private readonly parts: SessionViewParts) {}

  /** Takes an event of a session that is being opened: nobody listens yet. */
  restore(event: SessionEvent, prices: ModelPrices): void {
    this.shown.add(this.outputsOf(event, () => prices));
  }

  /** Shows an event that has become durable. */
  publish(event: SessionEvent): void {
    const { output, settings } = this.parts;
    const outputs = this.outputsOf(event, () => settings().prices);
    this.shown.add(outputs);
    for (const one of outputs) output.emit(one);
    if (changesPinned(event)) this.showMemory();
    if (event.type === 'plan.changed') output.emit(this.planEvent());
  }

  /**
   * What the person has seen of late, and the state of memory: enough to draw the conversation anew.
   * @param live what of the running step is not recorded yet
   */
  transcript(live: { readonly streamed: string; readonly reasoned: string }): readonly OutputEvent[] {
    const { state } = this.parts;
    const { turn } = state;
    const deltas: OutputEvent[] = [];
    if (live.reasoned !== '') deltas.push({ type: 'reasoningDelta', turn, text: live.reasoned });
    if (live.streamed !== '') deltas.push({ type: 'textDelta', turn, text: live.streamed });
    // What a fork's parent had queued is no message of the fork's.
    const shown = this.shown
      .all()
      .filter((event) => event.type !== 'messageQueued' || state.events.isPending(event.posted));
    return [...shown, ...deltas, this.notesEvent(), this.planEvent(), this.gaugeEvent()];
  }

  /** What the window holds and how the memory has fared, as plain text. */
  memoryReport(): string {
    const { state, model, settings } = this.parts;
    const { policy, residentLimit, prices } = settings();
    return memoryReportText(
      memoryReport(state, {
        occupied: model.occupancy(state.context.tokens.total),
        prices,
        settings: { policy: policy.name, replacement: state.replacement.name, residentLimit },
      }),
    );
  }

  /** Draws notes and gauge anew. */
  showMemory(): void {
    this.parts.output.emit(this.notesEvent());
    this.parts.output.emit(this.gaugeEvent());
  }

  private outputsOf(event: SessionEvent, prices: () => ModelPrices): readonly OutputEvent[] {
    const outputs = outputOf(event);
    if (event.type !== 'turn.ended') return outputs;
    const { ofTurn, ofSession } = this.parts.state.spent;
    if (ofTurn.length === 0) return outputs;
    const now = prices();
    return [{ type: 'spent', turn: billOf(ofTurn, now), session: billOf(ofSession, now) }, ...outputs];
  }

  private gaugeEvent(): OutputEvent {
    return { type: 'gauge', gauge: this.parts.model.gauge() };
  }

  private planEvent(): OutputEvent {
    const { items, revision } = this.parts.state.notes.plan;
    return { type: 'plan', items, revision };
  }

  private notesEvent(): OutputEvent {
    const { state, notes } = this.parts;
    return { type: 'notes', notes: notes.list(), rules: state.rules.usage(), ...notes.usage() };
  }
}

function changesPinned({ type }: SessionEvent): boolean {
  return /^(?:note|plan)\./.test(type) || type === 'rules.loaded' || type === 'epoch.started';
}
