/**
 * Ends of background commands that their chats have not been told, in one small file for each process that runs some:
 * what runs in a process that is gone has ended with it, whether that was closed, reloaded or killed.
 */
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { syncDirectory } from './durableFiles';
import { isAlive, ownIdentity } from './processIdentity';

const untold = z.object({ session: z.string(), text: z.string() });
const saved = z.object({
  process: z.object({ pid: z.number(), boot: z.string(), started: z.string().exactOptional() }),
  ends: z.array(untold),
});

type UntoldEnd = Readonly<z.infer<typeof untold>>;

export class UntoldEnds {
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
    for (const name of names.filter((each) => each !== `${process.pid}.json`)) {
      const path = join(this.folder, name);
      const left = await readFile(path, 'utf8').then(parsed, () => undefined);
      if (!left) continue;
      if (await isAlive(left.process)) othersRun = true;
      // Two windows may open at once: who has removed it has it.
      else if (await removed(path)) ends.push(...left.ends);
    }
    return { ends, othersRun };
  }

  private async write(ends: readonly UntoldEnd[]): Promise<void> {
    const path = join(this.folder, `${process.pid}.json`);
    if (ends.length === 0) {
      await rm(path, { force: true });
      return;
    }
    await mkdir(this.folder, { recursive: true });
    const draft = `${path}.new`;
    const file = await open(draft, 'w', 0o600);
    try {
      await file.writeFile(JSON.stringify({ process: await ownIdentity(), ends }));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
    await syncDirectory(this.folder);
  }
}

function removed(path: string): Promise<boolean> {
  return rm(path).then(
    () => true,
    () => false,
  );
}

function parsed(text: string): z.infer<typeof saved> | undefined {
  try {
    return saved.parse(JSON.parse(text));
  } catch {
    // Half a file is a draft of a process that was killed.
    return undefined;
  }
}
