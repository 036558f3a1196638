import { expect } from 'vitest';
import type { AgentProcess } from '../../src/engine/AgentProcess';
import { eventsOf } from './engineChecks';
import type { MemoryWorld } from './memoryPorts';
import { ScriptedModel, type ScriptedReply } from './scriptedModel';

type Calls = ScriptedReply['calls'];

/** Turns of which a test says what the model calls, step by step. */
export class ScriptedTurns {
  readonly model = new ScriptedModel(() => this.next());
  /** What the model does next. */
  next: () => ScriptedReply = () => ({ text: 'done' });

  constructor(private readonly world: MemoryWorld) {}

  /** Runs one turn whose steps make these calls. @returns the results, as the model got them */
  async run(agent: AgentProcess, steps: readonly (Calls | (() => Calls))[]): Promise<string[]> {
    const results = eventsOf(this.world, 'function.result').length;
    const left = [...steps];
    this.next = () => {
      const step = left.shift();
      const calls = typeof step === 'function' ? step() : step;
      return calls ? { calls } : { text: 'done' };
    };
    expect(await agent.submit('go')).toBe('done');
    const made = eventsOf(this.world, 'function.result').slice(results);
    return Promise.all(made.map(({ result }) => this.world.blobs.get(result)));
  }
}
