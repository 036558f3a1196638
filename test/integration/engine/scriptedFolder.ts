/** A folder on disk in which a scripted model works, with the engine as the composition root puts it together. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { AgentProcess } from '../../../src/engine/AgentProcess';
import { ScriptedModel } from '../../support/scriptedModel';
import { openRealEngine } from './realEngine';

interface Call {
  readonly name: string;
  readonly arguments: object;
}

export interface ScriptedFolder {
  readonly agent: AgentProcess;
  /** @returns the absolute path of a file in it */
  file(path: string): string;
  write(path: string, content: string | Buffer): void;
  /** A turn of these calls, one a step. @returns what the model was told of the last of them */
  run(...calls: readonly Call[]): Promise<string>;
  close(): Promise<void>;
}

/** @param contents of its files, by path */
export async function scriptedFolder(
  contents: Readonly<Record<string, string | Buffer>>,
): Promise<ScriptedFolder> {
  const home = await realpath(await mkdtemp(join(tmpdir(), 'vctx-scripted-')));
  const file = (path: string) => join(home, path);
  const write = (path: string, content: string | Buffer) => {
    mkdirSync(dirname(file(path)), { recursive: true });
    writeFileSync(file(path), content);
  };
  for (const [path, content] of Object.entries(contents)) write(path, content);
  let left: Call[] = [];
  const model = new ScriptedModel(() => {
    const call = left.shift();
    return call ? { calls: [call] } : { text: 'done' };
  });
  const agent = await openRealEngine({ store: file('store'), folder: home, session: 's1', model });
  return {
    agent,
    file,
    write,
    run: async (...calls) => {
      left = [...calls];
      await agent.submit('go');
      return model.requests.at(-1)?.request.messages.findLast(({ role }) => role === 'tool')?.content ?? '';
    },
    close: async () => {
      await agent.dispose();
      await rm(home, { recursive: true, force: true });
    },
  };
}

export const moveCall = (from: string, to: string): Call => ({ name: 'move_file', arguments: { from, to } });
