/** Turns that edit files, on the real journal and the real blob store: what is waited for until a file may be changed. */
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Checkpoints } from '../../src/engine/changes/Checkpoints';
import { FileChanges } from '../../src/engine/changes/FileChanges';
import type { SessionLog, WorkspaceFiles } from '../../src/engine/ports';
import { SessionRecorder } from '../../src/engine/SessionRecorder';
import { SessionState } from '../../src/engine/SessionState';
import { FileBlobStore } from '../../src/journal/fileBlobStore';
import { FileSessionLog } from '../../src/journal/fileSessionLog';
import { sha256 } from '../../src/journal/sha256';
import { lineChanges } from '../../src/tools/lineChanges';
import { memoryWorld, roughCounter } from './memoryPorts';

/** Files of a turn. */
const COUNT = 20;

export interface CheckpointTurns {
  readonly checkpoints: Checkpoints;
  /** The person writes a file. */
  set(path: string, text: string): void;
  content(path: string): Promise<string>;
  startTurn(turn: number): Promise<void>;
  /** As the model edits it. @returns ms until the file could be changed: copies and lines of the log are durable then */
  edit(path: string, change: (text: string) => string): Promise<number>;
  /** As `edit` does before it changes a file, and no more: copies of these texts, one after the other, and the line. @returns ms */
  keep(texts: readonly string[]): Promise<number>;
  /** ms that each line of a checkpoint took to be durable in the log. */
  readonly lines: readonly number[];
  close(): Promise<void>;
}

/** @param dir of the journal */
export async function checkpointTurns(dir: string): Promise<CheckpointTurns> {
  const log = await FileSessionLog.open(join(dir, 'sessions'), 's');
  const { files: memory } = memoryWorld();
  const blobs = await FileBlobStore.open(join(dir, 'blobs'));
  const state = new SessionState('s', blobs, roughCounter, () => 0);
  await state.restore(log.read(), () => undefined);
  const lines: number[] = [];
  const timed: SessionLog = {
    sessionId: log.sessionId,
    read: () => log.read(),
    close: () => log.close(),
    append: async (events) => {
      const start = performance.now();
      const appended = await log.append(events);
      if (events.some(({ type }) => type === 'checkpoint.created')) lines.push(performance.now() - start);
      return appended;
    },
  };
  const recorder = new SessionRecorder(timed, state, Date, () => ({ resident: 0, budget: 0 }));
  let written = 0;
  const files = new Proxy<WorkspaceFiles>(memory, {
    get: (target, name) => {
      if (name === 'write') written = performance.now();
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const parts = { recorder, files, blobs, hash: sha256, lineDiff: lineChanges };
  const changes = new FileChanges({ ...parts, mode: () => 'auto' });
  const content = async (path: string) => (await memory.read(path)).text;
  return {
    checkpoints: new Checkpoints({ ...parts, changes }),
    set: (path, text) => memory.set(path, text),
    content,
    startTurn: async (turn) => void (await recorder.record({ type: 'turn.started', turn })),
    edit: async (path, change) => {
      const before = await content(path);
      const after = change(before);
      const start = performance.now();
      await changes.make({ kind: 'write', path, before, after }, []);
      return written - start;
    },
    keep: async (texts) => {
      const start = performance.now();
      const line = recorder.record({ type: 'checkpoint.created', turn: state.turn });
      for (const text of texts) await blobs.put(text);
      await line;
      return performance.now() - start;
    },
    lines,
    close: () => log.close(),
  };
}

/** What the disk takes to make as many files of these texts durable, with nothing else. @returns ms */
export async function plainFiles(dir: string, texts: readonly string[]): Promise<number> {
  const folder = join(dir, 'plain');
  await mkdir(folder, { recursive: true });
  const start = performance.now();
  for (const [n, text] of texts.entries()) {
    const file = await open(join(folder, String(n)), 'wx');
    await file.writeFile(text);
    await file.sync();
    await file.close();
  }
  const ms = performance.now() - start;
  await rm(folder, { recursive: true });
  return ms;
}

export const fileNames: readonly string[] = Array.from({ length: COUNT }, (_, n) => `f${n}.ts`);

/** @returns a text of some 8 kB that no other seed has */
export function sourceText(seed: number): string {
  return Array.from({ length: 200 }, (_, n) => `const value${n} = of(${seed}, ${n * seed + n});\n`).join('');
}

/** @returns bytes of the files of a folder, and of the disk that holds them */
export async function sizeOf(dir: string): Promise<{ readonly bytes: number; readonly allocated: number }> {
  let [bytes, allocated] = [0, 0];
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const { size, blocks } = await stat(join(entry.parentPath, entry.name));
    bytes += size;
    allocated += blocks * 512;
  }
  return { bytes, allocated };
}
