/**
 * Messages brought in from elsewhere (`vctx recall import`). No session log has them, so they are kept here, one JSON line
 * each, in a file per import: what the tables are filled from again when they were lost.
 */
import { createHash, randomUUID } from 'node:crypto';
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { RecallMessage } from '../engine/ports';
import { errorCode, journalError, makeDurableDirectory, syncDirectory } from './durableFiles';
import { readLogLines } from './logLines';

const suffix = '.jsonl';
const draftSuffix = '.draft';
const tailBytes = 64 * 1024;
/** Lines written at once. */
const chunk = 500;

function importsFolder(store: string): string {
  return join(store, 'imports');
}

/**
 * Keeps messages for good; the same ones once more take no more room. Nothing is kept when `messages` fails.
 * @returns the path of their file, and how many they are
 * @throws JournalError when it cannot be written
 */
export async function keepImport(
  store: string,
  messages: AsyncIterable<RecallMessage>,
): Promise<{ readonly path: string; readonly count: number }> {
  const folder = importsFolder(store);
  const draft = join(folder, `${randomUUID()}${draftSuffix}`);
  const hash = createHash('sha256');
  let count = 0;
  await guarded(folder, () => makeDurableDirectory(folder));
  try {
    const file = await guarded(draft, () => open(draft, 'wx', 0o600));
    try {
      let lines: string[] = [];
      const flush = async () => {
        const text = lines.join('');
        lines = [];
        hash.update(text);
        await guarded(draft, () => file.writeFile(text));
      };
      for await (const message of messages) {
        lines.push(`${JSON.stringify(message)}\n`);
        count++;
        if (lines.length === chunk) await flush();
      }
      await flush();
      await guarded(draft, () => file.sync());
    } finally {
      await file.close();
    }
    // Written anew even when it was there: the youngest import is the one that counts.
    const path = join(folder, `${hash.digest('hex').slice(0, 32)}${suffix}`);
    await guarded(path, async () => {
      await rename(draft, path);
      await syncDirectory(folder);
    });
    return { path, count };
  } finally {
    await rm(draft, { force: true });
  }
}

/** Paths of all imports, the oldest first. */
export async function listImports(store: string): Promise<string[]> {
  const folder = importsFolder(store);
  const names = await readdir(folder).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return [];
    throw journalError(`The imported messages in ${folder} could not be listed`, error);
  });
  const paths = names.filter((name) => name.endsWith(suffix)).map((name) => join(folder, name));
  const dated = await Promise.all(paths.map(async (path) => ({ path, time: (await stat(path)).mtimeMs })));
  return dated.sort((a, b) => a.time - b.time).map(({ path }) => path);
}

/** The lines of an import, not checked yet; what is not JSON is passed over. */
export async function* readImport(path: string): AsyncGenerator<unknown> {
  for await (const { bytes } of readLogLines(path)) {
    const value = parsed(bytes.toString('utf8'));
    if (value !== undefined) yield value;
  }
}

/** @returns the last line of an import, undefined when it has none */
export async function lastOfImport(path: string): Promise<unknown> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    for (let length = Math.min(size, tailBytes); ; length = Math.min(size, length * 4)) {
      const tail = Buffer.alloc(length);
      await file.read(tail, 0, length, size - length);
      const end = tail.toString('utf8').trimEnd();
      const at = end.lastIndexOf('\n');
      if (at >= 0 || length === size) return parsed(end.slice(at + 1));
    }
  } finally {
    await file.close();
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

async function guarded<Result>(path: string, act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    throw journalError(`The imported messages could not be kept in ${path}`, error);
  }
}
