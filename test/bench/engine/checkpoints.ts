/**
 * What checkpoints cost, on the real journal and the real blob store, every byte synced: the time that a turn which edits
 * twenty files waits for their copies, none of which the store has yet, and the room that a thousand checkpoints take.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type CheckpointTurns,
  checkpointTurns,
  fileNames,
  plainFiles,
  sizeOf,
  sourceText,
} from '../../support/checkpointTurns';

interface Spread {
  readonly median: number;
  readonly worst: number;
}

interface CheckpointsResult {
  readonly turns: number;
  /** ms for a checkpoint of twenty files: their texts copied one after the other, and the line in the log. */
  readonly checkpoint: Spread;
  /** ms until the first edit of a turn could be made, and until all twenty together could: copies and texts afterwards, lines. */
  readonly firstEdit: Spread;
  readonly twentyEdits: Spread;
  /** ms that the disk takes to make twenty plain files of these texts durable. */
  readonly plainFiles: Spread;
  readonly checkpoints: number;
  /** Bytes of the distinct contents of the files, bytes stored, and bytes of the disk, all of them for every text. */
  readonly distinctBytes: number;
  readonly storedBytes: number;
  readonly allocatedBytes: number;
  readonly storedToDistinct: number;
}

export async function runCheckpoints({ quick }: { readonly quick: boolean }): Promise<CheckpointsResult> {
  const times = await inFolder((dir) => time(dir, quick ? 10 : 40));
  return { ...times, ...(await inFolder((dir) => measureRoom(dir, quick ? 100 : 1000))) };
}

async function time(dir: string, turns: number) {
  const engine = await checkpointTurns(dir);
  const checkpoint: number[] = [];
  const firstEdit: number[] = [];
  const twentyEdits: number[] = [];
  const plain: number[] = [];
  let seed = 0;
  const texts = () => fileNames.map(() => sourceText(++seed));
  for (let turn = 1; turn <= turns; turn++) {
    await engine.startTurn(turn);
    plain.push(await plainFiles(dir, texts()));
    checkpoint.push(await engine.keep(texts()));
    await engine.startTurn(turns + turn);
    for (const [n, text] of texts().entries()) engine.set(fileNames[n] ?? '', text);
    const waits = await editAll(engine, turn);
    firstEdit.push(waits[0] ?? 0);
    twentyEdits.push(waits.reduce((sum, wait) => sum + wait, 0));
  }
  await engine.close();
  return {
    turns,
    checkpoint: spread(checkpoint),
    firstEdit: spread(firstEdit),
    twentyEdits: spread(twentyEdits),
    plainFiles: spread(plain),
  };
}

async function editAll(engine: CheckpointTurns, turn: number): Promise<readonly number[]> {
  const waits: number[] = [];
  for (const name of fileNames) waits.push(await engine.edit(name, (text) => `// ${turn}\n${text}`));
  return waits;
}

async function measureRoom(dir: string, checkpoints: number) {
  const engine = await checkpointTurns(dir);
  const contents = new Map<string, number>();
  const note = (text: string) => contents.set(text, Buffer.byteLength(text));
  const names = fileNames.slice(0, 5);
  for (const [n, name] of names.entries()) engine.set(name, sourceText(n + 1));
  for (let turn = 1; turn <= checkpoints; turn++) {
    await engine.startTurn(turn);
    const name = names[turn % names.length] ?? '';
    // Now and then a change takes the one before it back.
    const mark = `// change ${turn - (turn % 50)}\n`;
    note(await engine.content(name));
    await engine.edit(name, (text) => (text.startsWith(mark) ? text.slice(mark.length) : mark + text));
    note(await engine.content(name));
  }
  const made = (await engine.checkpoints.list()).length;
  await engine.close();
  const { bytes, allocated } = await sizeOf(join(dir, 'blobs'));
  const distinctBytes = [...contents.values()].reduce((sum, size) => sum + size, 0);
  return {
    checkpoints: made,
    distinctBytes,
    storedBytes: bytes,
    allocatedBytes: allocated,
    storedToDistinct: round(bytes / distinctBytes),
  };
}

async function inFolder<Result>(act: (dir: string) => Promise<Result>): Promise<Result> {
  const dir = mkdtempSync(join(tmpdir(), 'vctx-bench-checkpoints-'));
  try {
    return await act(dir);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  return { median: round(sorted[sorted.length >> 1] ?? 0), worst: round(sorted.at(-1) ?? 0) };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
