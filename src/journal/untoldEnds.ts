/**
 * Ends of background commands that their chats have not been told, in one small file for each process that runs some:
 * what runs in a process that is gone has ended with it, whether that was closed, reloaded or killed.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { renameOver, syncDirectory, writeDurably } from './durableFiles';
import { isAlive, ownIdentity } from './processIdentity';

const untold = z.object({ session: z.string(), text: z.string() });
const saved = z.object({
  process: z.object({ pid: z.number(), boot: z.string(), started: z.string().exactOptional() }),
  ends: z.array(untold),
});

type UntoldEnd = Readonly<z.infer<typeof untold>>;

const DRAFT = '.new';
/** Half a draft that is older than this was left by a process that was killed. */
const ABANDONED_MS = 60 * 60_000;

export class UntoldEnds {
  /** Process ids come back: they are in the files, and no names. */
  private readonly name = `${randomUUID()}.json`;
  private writing: Promise<unknown> = Promise.resolve();

  /** @param folder is made when there is something to save */
  constructor(private readonly folder: string) {}

  /** Replaces what this process has saved; durable when resolved. @throws the system's errors */
  save(ends: readonly UntoldEnd[]): Promise<void> {
    const done = this.writing.then(() => this.write(ends));
    this.writing = done.catch(() => undefined);
    return done;
  }

  /**
   * @returns what processes have left that are gone, which is this one's to save from now on, and whether others have
   * something and still run
   */
  async takeOver(): Promise<{ readonly ends: readonly UntoldEnd[]; readonly othersRun: boolean }> {
    const names = await readdir(this.folder).catch(() => []);
    const ends: UntoldEnd[] = [];
    let othersRun = false;
    for (const name of names) {
      const path = join(this.folder, name);
      if (name.endsWith(DRAFT) && (await isAbandoned(path))) await removed(path);
      const left = name.endsWith('.json') && name !== this.name && (await leftIn(path));
      if (!left) continue;
      if (await isAlive(left.process)) othersRun = true;
      // Two windows may open at once: who has removed it has it.
      else if (await removed(path)) ends.push(...left.ends);
    }
    return { ends, othersRun };
  }

  private async write(ends: readonly UntoldEnd[]): Promise<void> {
    const path = join(this.folder, this.name);
    if (ends.length === 0) {
      await rm(path, { force: true });
      return;
    }
    await mkdir(this.folder, { recursive: true });
    const draft = `${path}${DRAFT}`;
    try {
      await writeDurably(draft, JSON.stringify({ process: await ownIdentity(), ends }));
      await renameOver(draft, path);
    } catch (error) {
      await removed(draft);
      throw error;
    }
    await syncDirectory(this.folder);
  }
}

function removed(path: string): Promise<boolean> {
  return rm(path).then(
    () => true,
    () => false,
  );
}

/** @returns undefined when it cannot be read, or is half a file */
async function leftIn(path: string): Promise<z.infer<typeof saved> | undefined> {
  try {
    return saved.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return undefined;
  }
}

/** What a draft says was not saved yet, or is in the file beside it as well. */
async function isAbandoned(draft: string): Promise<boolean> {
  const left = await leftIn(draft);
  if (left) return !(await isAlive(left.process));
  const found = await stat(draft).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > ABANDONED_MS;
}
