/** After any number of changes the index is the one that would be made anew. */
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { connect } from '@lancedb/lancedb';
import { expect, it } from 'vitest';
import { Random } from '../../../src/cli/eval/Random';
import type { DiskClient } from '../../../src/disk/client';
import { type DiskFixture, useDisk } from './diskFixture';

/** More with VCTX_OPERATIONS=10000. */
const operations = Number(process.env.VCTX_OPERATIONS ?? 300);
/** Changes between two looks at the whole index. */
const compareEvery = Math.max(100, Math.ceil(operations / 20));
const seed = Number(process.env.VCTX_SEED ?? 1);

const disk = useDisk();

/** Every row of a table without some columns, in an order of its own. */
async function rows(store: string, table: string, without: readonly string[] = []): Promise<string[]> {
  const opened = await (await connect(join(store, 'tables-v2'))).openTable(table);
  const columns = (await opened.schema()).fields.map((field) => field.name);
  const all = await opened
    .query()
    .select(columns.filter((column) => !without.includes(column)))
    .toArray();
  return all.map((row) => JSON.stringify(row)).sort();
}

/** A project that changes as people and tools change it; each change gives the paths a watcher would tell of. */
class ChangingProject {
  private readonly random = new Random(seed);
  private readonly files = new Set<string>();
  private number = 0;

  constructor(private readonly fixture: DiskFixture) {}

  change(): string[] {
    const { random } = this;
    const roll = random.next();
    if (this.files.size < 20 || roll < 0.3) return this.create();
    if (roll < 0.55) return this.edit(random.pick([...this.files]));
    if (roll < 0.65) return this.remove(random.pick([...this.files]));
    if (roll < 0.78) return this.rename(random.pick([...this.files]), this.newName());
    if (roll < 0.84) return this.renameFolder();
    if (roll < 0.88) return this.removeFolder();
    if (roll < 0.93) return this.touch(random.pick([...this.files]));
    if (roll < 0.97) return this.ignore();
    return this.copyOver();
  }

  private path(rel: string): string {
    return join(this.fixture.root, rel);
  }

  private newName(): string {
    const { random } = this;
    const depth = random.int(0, 3);
    const folders = Array.from({ length: depth }, () => random.pick(['alpha', 'beta', "ga'mma", 'delta']));
    const name = random.pick(['one', 'two', 'three', `new${this.number++}`]);
    return [...folders, `${name}.${random.pick(['ts', 'py', 'md', 'txt'])}`].join('/');
  }

  private text(): string {
    const { random } = this;
    const parts = Array.from({ length: random.int(1, 60) }, () => {
      const word = random.pick(['queue', 'flush', 'page', 'window', 'token', 'parse', 'index']);
      return random.pick([
        `export function ${word}${random.int(0, 99)}() {\n  return ${word}(${random.int(0, 9)});\n}\n`,
        `# ${word}\n\nWhat the ${word} does.\n`,
        `class ${word[0]?.toUpperCase()}${word.slice(1)} {}\n`,
        '\n',
      ]);
    });
    return parts.join('\n');
  }

  private put(rel: string, text: string): string[] {
    // A name may be a folder's by now.
    const taken = [...this.files].some((file) => file.startsWith(`${rel}/`) || rel.startsWith(`${file}/`));
    if (taken) return [];
    mkdirSync(dirname(this.path(rel)), { recursive: true });
    writeFileSync(this.path(rel), text);
    this.files.add(rel);
    return [this.path(rel)];
  }

  private create(): string[] {
    return this.put(this.newName(), this.random.next() < 0.03 ? 'binary\0' : this.text());
  }

  private edit(rel: string): string[] {
    const text = readFileSync(this.path(rel), 'utf8');
    return this.put(rel, this.random.next() < 0.5 ? `${text}\n${this.text()}` : this.text());
  }

  private copyOver(): string[] {
    const { random } = this;
    return this.put(this.newName(), readFileSync(this.path(random.pick([...this.files])), 'utf8'));
  }

  private touch(rel: string): string[] {
    const { mtimeMs } = statSync(this.path(rel));
    utimesSync(this.path(rel), mtimeMs / 1000, mtimeMs / 1000 + this.random.int(1, 9));
    return [this.path(rel)];
  }

  private remove(rel: string): string[] {
    rmSync(this.path(rel));
    this.files.delete(rel);
    return [this.path(rel)];
  }

  private rename(from: string, to: string): string[] {
    const text = readFileSync(this.path(from), 'utf8');
    // A rename over another file replaces it.
    if (this.put(to, text).length === 0 || from === to) return [];
    renameSync(this.path(from), this.path(to));
    this.files.delete(from);
    return [this.path(from), this.path(to)];
  }

  private folders(): string[] {
    const found = new Set<string>();
    for (const file of this.files) if (file.includes('/')) found.add(file.slice(0, file.indexOf('/')));
    return [...found];
  }

  private renameFolder(): string[] {
    const folders = this.folders();
    if (folders.length === 0) return [];
    const from = this.random.pick(folders);
    const to = `moved${this.number++}`;
    renameSync(this.path(from), this.path(to));
    for (const file of [...this.files].filter((rel) => rel.startsWith(`${from}/`))) {
      this.files.delete(file);
      this.files.add(to + file.slice(from.length));
    }
    return [this.path(from), this.path(to)];
  }

  private removeFolder(): string[] {
    const folders = this.folders();
    if (folders.length === 0 || this.files.size < 40) return [];
    const folder = this.random.pick(folders);
    rmSync(this.path(folder), { recursive: true });
    for (const file of [...this.files]) if (file.startsWith(`${folder}/`)) this.files.delete(file);
    return [this.path(folder)];
  }

  private ignore(): string[] {
    const { random } = this;
    const file = this.path(random.pick(['.gitignore', '.virtualcontextignore']));
    const patterns = ['alpha/', '*.txt', 'beta/**/two.*', '!one.txt', 'moved*/'];
    writeFileSync(file, `${random.pick(patterns)}\n${random.pick(patterns)}\n`);
    return [file];
  }
}

async function expectAsMadeAnew(client: DiskClient, fixture: DiskFixture, round: number): Promise<void> {
  const fresh = join(fixture.folder, `fresh${round}`);
  const other = await fixture.indexed(fixture.newClient(undefined, fresh));
  const { files, pages, skipped } = await client.status();
  expect(await other.status()).toMatchObject({ files, pages, skipped });
  for (const table of ['pages', 'symbols'])
    expect(await rows(fixture.store, table)).toEqual(await rows(fresh, table));
  // A generation counts writes.
  expect(await rows(fixture.store, 'files', ['generation'])).toEqual(
    await rows(fresh, 'files', ['generation']),
  );
  await fixture.crash(other);
}

it(
  `is as if made anew after ${operations} random changes (seed ${seed})`,
  async () => {
    const fixture = disk();
    const project = new ChangingProject(fixture);
    const client = await fixture.indexed();
    const random = new Random(seed + 1);
    for (let i = 0; i < operations; ) {
      // Some are told at once, some together, and some while the index is at work.
      const some = random.int(1, 12);
      const changed: string[] = [];
      for (let n = 0; n < some; n++, i++) changed.push(...project.change());
      await client.filesChanged([...new Set(changed)]);
      if (random.next() < 0.6) await client.whenReady(AbortSignal.timeout(60_000));
      if (Math.floor(i / compareEvery) === Math.floor((i - some) / compareEvery)) continue;
      await client.whenReady(AbortSignal.timeout(60_000));
      await expectAsMadeAnew(client, fixture, i);
    }
  },
  60_000 + operations * 2000,
);
