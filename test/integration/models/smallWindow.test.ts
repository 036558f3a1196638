import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { AgentProcess } from '../../../src/engine/AgentProcess';
import { OpenAIModel } from '../../../src/models/openaiModel';
import { createFunctions } from '../../../src/tools';
import { inProcessTokenCounter } from '../../support/inProcessTokenCounter';
import { memoryWorld } from '../../support/memoryPorts';
import { reader, summariser } from '../../support/modelServer/policies';
import { type ModelServer, startModelServer } from '../../support/modelServer/startModelServer';

let server: ModelServer;
afterEach(() => server?.close());

/** Real sources, so that both tokenizers have something real to disagree about. */
const SOURCES = 'node_modules/openai/src/resources';

it('no request is ever over an 8k window that is counted by another tokenizer', async () => {
  server = await startModelServer({ window: 8_192, policy: summariser(reader) });
  const world = memoryWorld({ functions: createFunctions({ ripgrepPath: 'not used', roots: () => [] }) });
  const names = readdirSync(SOURCES).filter((name) => name.endsWith('.ts'));
  for (const name of names) world.files.set(name, readFileSync(join(SOURCES, name), 'utf8'));
  const model = new OpenAIModel({ provider: 'custom', baseUrl: server.url, model: 'test-model' });
  const agent = await AgentProcess.open(
    { ...world.parts, counter: inProcessTokenCounter },
    async () => model,
  );
  for (let i = 0; i < 12; i++) {
    const name = names[i % names.length] as string;
    expect(
      await agent.submit(
        `Look at ${name}:${i * 10 + 1}-${i * 10 + 60} and ${names[(i * 3 + 1) % names.length]}`,
      ),
    ).toBe('done');
  }
  const epochs = world.log.events.filter((event) => event.type === 'epoch.started');
  expect(epochs.length).toBeGreaterThan(2);
  expect(server.requests.filter(({ overWindow }) => overWindow)).toEqual([]);
  expect(Math.max(...server.requests.map(({ promptTokens }) => promptTokens))).toBeGreaterThan(4_000);
});
