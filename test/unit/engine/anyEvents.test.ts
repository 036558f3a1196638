/** Outside events at any moment, with stops, full disks and crashes at any write: each is delivered once, in order. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { AgentProcess } from '../../../src/engine/AgentProcess';
import { JournalError } from '../../../src/engine/errors';
import type { EventOf, NewSessionEvent, SessionEvent } from '../../../src/engine/events';
import { isQueueEvent } from '../../../src/engine/events';
import type { SessionLog } from '../../../src/engine/ports';
import { expectPaired } from '../../support/engineChecks';
import { fakeFunction } from '../../support/fakeFunctions';
import { memoryWorld } from '../../support/memoryPorts';
import { rebuildRequests } from '../../support/rebuildRequests';
import { ScriptedModel } from '../../support/scriptedModel';

/** A log that calls `onAppend` before each write, and whose process can be killed in the middle of one. */
class MortalLog implements SessionLog {
  readonly sessionId = 's1';
  private dead = false;
  full = false;
  onAppend: () => { readonly killAfterLines?: number } = () => ({});

  constructor(readonly events: SessionEvent[]) {}

  async append(events: readonly NewSessionEvent[]): Promise<readonly SessionEvent[]> {
    const { killAfterLines } = this.onAppend();
    if (this.full) throw new JournalError('The disk is full.', 'Free some space.');
    if (this.dead) return new Promise(() => {});
    const durable = events.slice(0, killAfterLines ?? events.length);
    const from = this.events.length + 1;
    const written = durable.map((event, i) => JSON.parse(JSON.stringify({ ...event, seq: from + i })));
    this.events.push(...(written as SessionEvent[]));
    if (killAfterLines === undefined) return written as SessionEvent[];
    this.dead = true;
    return new Promise(() => {});
  }

  async *read(): AsyncIterable<SessionEvent> {
    yield* [...this.events];
  }

  async close(): Promise<void> {}
}

const act = fc.record({
  /** Writes to wait for; when fewer happen, the act comes once the process is idle. */
  after: fc.integer({ min: 0, max: 9 }),
  what: fc.constantFrom(
    'userMessage',
    'userMessage',
    'commandFinished',
    'childFinished',
    'timer',
    'opener',
    'diagnosticsChanged',
    'resumed',
    'stop',
    'diskFills',
    'diskEmpties',
    'crash',
  ),
  /** Lines of the interrupted write that are durable. */
  lines: fc.integer({ min: 0, max: 3 }),
});

const tick = () => new Promise((resolve) => setImmediate(resolve));

it('delivers every event that was acknowledged exactly once, by priority and arrival', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 1, maxLength: 30 }), async (acts) => {
      const acknowledged = new Set<string>();
      const world = memoryWorld({ functions: [fakeFunction('look', async () => ({ text: 'same' }))] });
      const events: SessionEvent[] = [];
      const plan = [...acts];
      let writes = 0;
      let posts = 0;
      let log = new MortalLog(events);
      let agent: AgentProcess | undefined;
      let model = new ScriptedModel(() => ({}));
      let crashed = false;

      const post = (kind: Exclude<(typeof acts)[number]['what'], 'stop' | 'crash' | `disk${string}`>) => {
        const text = `${kind} number ${++posts}.`;
        const posted = agent?.post({ kind, text });
        posted?.then(
          () => acknowledged.add(text),
          () => undefined,
        );
      };
      /** Does the next act. @returns what the write under way suffers */
      const next = (): { readonly killAfterLines?: number } => {
        const now = plan.shift();
        writes = 0;
        if (now === undefined) return {};
        if (now.what === 'crash') {
          crashed = true;
          return { killAfterLines: now.lines };
        }
        if (now.what === 'diskFills' || now.what === 'diskEmpties') log.full = now.what === 'diskFills';
        else if (now.what === 'stop') agent?.stop();
        else post(now.what);
        return {};
      };
      const open = async () => {
        crashed = false;
        log = new MortalLog(events);
        model = new ScriptedModel((request, step) =>
          step % 3 < 2 && request.messages.at(-1)?.role !== 'tool'
            ? { calls: [{ name: 'look', arguments: {} }] }
            : { text: 'ok' },
        );
        agent = await AgentProcess.open({ ...world.parts, log }, async () => model);
        log.onAppend = () => (plan.length > 0 && writes++ >= (plan[0]?.after ?? 0) ? next() : {});
      };

      await open();
      while (plan.length > 0) {
        await tick();
        if (crashed) await open();
        else if (!agent?.busy) {
          const { killAfterLines } = next();
          if (killAfterLines !== undefined) await open();
        }
      }
      log.full = false;
      for (let last = 0; crashed || agent?.busy || last < 2; last++) {
        await tick();
        if (crashed) await open();
        if (!agent?.busy) await agent?.submit(`the last ${last}`);
      }

      const posted = events.filter(
        (event): event is EventOf<'event.posted'> => event.type === 'event.posted',
      );
      for (const text of acknowledged) expect(posted.map((event) => event.text)).toContain(text);
      expectOrder(events);
      const delivered = events.flatMap((event) => ('posted' in event ? [event.posted] : []));
      expect([...delivered].sort((a, b) => (a ?? 0) - (b ?? 0))).toEqual(posted.map(({ seq }) => seq));
      const { messages } = model.requests.at(-1)?.request ?? { messages: [] };
      for (const { text } of posted)
        expect(messages.filter(({ content }) => content.includes(text))).toHaveLength(1);
      const record = { log: { sessionId: 's1', read: () => log.read() }, blobs: world.blobs };
      for (const request of await rebuildRequests(record)) expectPaired(request.messages);
    }),
    { numRuns: 300 },
  );
}, 60_000);

/** At each delivery nothing that should have come first, and was there when the boundary began, is left. */
function expectOrder(events: readonly SessionEvent[]): void {
  const pending = new Map<number, EventOf<'event.posted'>>();
  let boundary = 0;
  for (const event of events) {
    if (event.type === 'event.posted') pending.set(event.seq, event);
    if (isQueueEvent(event) && 'posted' in event && event.posted !== undefined) {
      const now = pending.get(event.posted) as EventOf<'event.posted'>;
      expect(now).toBeDefined();
      pending.delete(event.posted);
      for (const other of pending.values()) {
        if (other.seq > boundary) continue;
        expect(other.priority - now.priority || other.seq - now.seq).toBeGreaterThan(0);
      }
    } else if (event.type === 'turn.started' || event.type === 'function.result') boundary = event.seq;
  }
}
