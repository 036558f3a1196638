/** A session in memory in which page faults are served, step by step, without a model. */
import type { FunctionOutcome } from '../../src/engine/EngineFunction';
import type { SessionEvent, SessionEventBody } from '../../src/engine/events';
import { SessionState } from '../../src/engine/SessionState';
import { TieredFaultHandler } from '../../src/engine/TieredFaultHandler';
import { epochStarted } from './epochStarted';
import { memoryWorld, roughCounter } from './memoryPorts';

export class FaultWorld {
  private readonly world = memoryWorld();
  readonly files = this.world.files;
  readonly blobs = this.world.blobs;
  readonly state = new SessionState('s1', this.blobs, roughCounter, () => 1000);
  /** What another session, s0, has recorded. */
  other: readonly SessionEvent[] = [];

  handler(maxTokens = 2000): TieredFaultHandler {
    const { world, state } = this;
    const eventsOf = (session: string) =>
      session === 's1' ? world.log.events : session === 's0' ? this.other : [];
    async function* events(session: string) {
      yield* eventsOf(session);
    }
    const history = { sessions: async () => ['s1', 's0'], events, lineage: events };
    return new TieredFaultHandler({ ...world.parts, history, state }, maxTokens);
  }

  /** Records an event in this session as the engine does. */
  async record(body: SessionEventBody): Promise<void> {
    for (const event of await this.world.log.append([{ ...body, at: 0 }])) await this.state.apply(event);
  }

  /** Enters a result into the queue. @returns its text */
  async admit({ text, pages = [], fault, isError = false }: FunctionOutcome): Promise<string> {
    this.state.calls++;
    await this.record({
      type: 'function.result',
      turn: 1,
      callId: `call_${this.state.calls}`,
      name: 'read_file',
      address: `tool:s1/${this.state.calls}`,
      result: await this.blobs.put(text),
      tokens: Math.ceil(text.length / 4),
      isError,
      pages,
      ms: 1,
      ...(fault ? { fault } : {}),
    });
    return text;
  }

  /** Evicts everything that is resident. */
  async evictAll(): Promise<void> {
    const pages = this.state.pages
      .pages()
      .map(({ address, seq }) => ({ address, seq, kind: 'file', tokens: 1, label: '' }) as const);
    await this.record(await epochStarted(this.blobs, { epoch: this.state.epoch + 1, evicted: pages }));
  }
}
