/** `vctx replay --policy --window`: mechanism and cost of sessions recorded against the model server, nothing of quality. */
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import type { SessionBill } from '../../../src/cli/replay/sessionBill';
import type { MemoryReport } from '../../../src/engine/memoryReport';
import { FileSessionLog } from '../../../src/journal/fileSessionLog';
import { sessionLogPath } from '../../../src/journal/sessionFiles';
import { sessionsFolder } from '../../../src/journal/storeFolders';
import { asksForSummary, type Policy } from '../../support/modelServer/chatProtocol';
import { type ModelServer, startModelServer } from '../../support/modelServer/startModelServer';
import { type Run, runCli } from './runCli';

interface Replayed {
  readonly policy: string;
  readonly window: number;
  readonly steps: number;
  readonly did: SessionBill;
  readonly would: SessionBill & { readonly inserted: number };
}

const WINDOW = 16_384;
const FILES = 22;
/** Files read in the first turn; the rest in the second. */
const FIRST_TURN = 14;

const dist = inject('dist');
let dir: string;
let store: string;
let server: ModelServer;

function vctx(command: string, ...args: string[]): Promise<Run> {
  return runCli(dist, [command, ...args, '--workspace', join(dir, 'shop'), '--store', store]);
}

async function replayed(...args: string[]): Promise<Replayed> {
  const { status, stdout, stderr } = await vctx('replay', '--json', ...args);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return JSON.parse(stdout) as Replayed;
}

const faults = ({ figures: { faults: f } }: SessionBill) => f.cold + f.capacity + f.stale + f.hint;

const EDIT = {
  name: 'edit_file',
  arguments: {
    path: `part${FILES - 1}.ts`,
    old: `discountOf${FILES - 1}x3 = (price: number) => price * ${FILES - 1}.3;`,
    new: `discountOf${FILES - 1}x3 = (price: number) => price * 2;`,
  },
};

/** Reads file after file, each time telling of those read before; pins a note, and edits the first file. */
function reader(): Policy {
  let step = 0;
  return (request) => {
    if (asksForSummary(request)) return { text: 'Files of the shop were read, one after the other.' };
    const at = step++;
    const read = (n: number) => ({ name: 'read_file', arguments: { path: `part${n}.ts` } });
    if (at === FIRST_TURN + 1 || at > FILES + 2) return { text: 'All of them compute prices.' };
    if (at === 3)
      return { text: 'To keep.', calls: [{ name: 'pin_note', arguments: { text: 'Prices are in cents.' } }] };
    if (at === FILES + 2) return { text: `part${FILES - 1}.ts is changed.`, calls: [EDIT] };
    const file = at > FIRST_TURN ? at - 2 : at > 3 ? at - 1 : at;
    const earlier = [file - 2, file - 4]
      .filter((n) => n >= 0)
      .map((n) => `part${n}.ts with discountOf${n}x7`);
    return { text: `Before: ${earlier.join(' and ')}. Next.`, calls: [read(file)] };
  };
}

beforeAll(async () => {
  dir = await realpath(await mkdtemp(join(tmpdir(), 'vc-policy-')));
  store = join(dir, 'store');
  await mkdir(join(dir, 'shop'));
  for (let file = 0; file < FILES + 2; file++) {
    const lines = Array.from(
      { length: 45 },
      (_, line) => `export const discountOf${file}x${line} = (price: number) => price * ${file}.${line};\n`,
    );
    await writeFile(join(dir, `shop/part${file}.ts`), lines.join(''));
  }
  server = await startModelServer({ window: WINDOW, policy: reader() });
  for (const prompt of ['Read the first parts of the shop.', 'And now the others.']) {
    const run = await vctx(
      'ask',
      prompt,
      '--session',
      'one',
      '--model',
      'test-model',
      '--base-url',
      server.url,
      '--allow-edits',
    );
    expect(run.status, run.stderr).toBe(0);
  }
}, 60_000);
afterAll(async () => {
  await server.close();
  await rm(dir, { recursive: true, maxRetries: 5 });
});

it('re-enacts a session as it was, and as it would have been in a smaller window', async () => {
  const log = () => readFile(sessionLogPath(sessionsFolder(store), 'one'), 'utf8');
  const before = await log();
  const { stdout } = await vctx('stats', '--session', 'one', '--json');
  const { figures } = JSON.parse(stdout) as MemoryReport;
  const same = await replayed('--session', 'one', '--policy', 'virtual');
  const { did, would } = same;
  expect(did.figures).toEqual(figures);
  expect(did.figures.rollovers).toBeGreaterThan(0);
  expect(did.summaries).toBeGreaterThan(0);
  expect(did.requests).toBe(before.split('"type":"request.sent"').length - 1);
  // Nothing was changed, so nothing is to differ but the words of the summaries.
  expect(same).toMatchObject({ policy: 'virtual', window: WINDOW, steps: FILES + 4 });
  const { faults: f, references, minorFaults, rollovers, turns } = figures;
  expect(would.figures).toMatchObject({ faults: f, references, minorFaults, rollovers, turns });
  expect(would).toMatchObject({ requests: did.requests, summaries: did.summaries, inserted: 0 });
  expect(would.promptTokens / did.promptTokens).toBeCloseTo(1, 1);
  for (const [index, { table, cost, cachedShare }] of did.costs.entries()) {
    expect(would.costs[index]?.table).toBe(table);
    expect((would.costs[index]?.cost ?? 0) / cost).toBeCloseTo(1, 1);
    expect(would.costs[index]?.cachedShare).toBeCloseTo(cachedShare, 1);
  }

  const small = await replayed('--session', 'one', '--window', '8192');
  expect(small.did).toEqual(did);
  expect(faults(small.would)).toBeGreaterThan(faults(did));
  expect(small.would.figures.faults.capacity).toBeGreaterThan(figures.faults.capacity);
  expect(small.would.figures.rollovers).toBeGreaterThan(figures.rollovers);
  expect(small.would.inserted).toBeGreaterThan(0);
  expect(small.would.requests).toBeGreaterThan(did.requests);
  expect(small.would.residency.peak).toBeLessThan(8192);
  expect(small.would.residency.mean).toBeLessThan(did.residency.mean);

  const memgpt = await replayed('--session', 'one', '--policy', 'memgpt');
  expect(memgpt).toMatchObject({ policy: 'memgpt', window: WINDOW, did });
  const { explicit, automatic } = Object.fromEntries(memgpt.would.costs.map((c) => [c.table, c]));
  expect(explicit?.cachedShare).toBeLessThan(did.costs[0]?.cachedShare ?? 0);
  expect(automatic?.cost).toBeGreaterThan(0);
  expect(await replayed('--session', 'one', '--policy', 'memgpt')).toEqual(memgpt);
  expect(await log()).toBe(before);
}, 60_000);

it('prints both side by side, of a session that is open elsewhere', async () => {
  const open = await FileSessionLog.open(sessionsFolder(store), 'one');
  try {
    const { status, stdout } = await vctx(
      'replay',
      '--session',
      'one',
      '--policy',
      'memgpt',
      '--window',
      '8192',
    );
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^Chat one, 26 steps, re-enacted under policy memgpt in a window of 8,192 tokens\n/,
    );
    expect(stdout).toMatch(/ did +would\n/);
    expect(stdout).toMatch(/faults, capacity +\d+ +\d+\n/);
    expect(stdout).toContain('This shows mechanism and cost.');
  } finally {
    await open.close();
  }
});

it('re-enacts a fork with what it inherits', async () => {
  const events = (await readFile(sessionLogPath(sessionsFolder(store), 'one'), 'utf8')).trim().split('\n');
  const through = events.findIndex((line) => line.includes('"type":"turn.ended"')) + 1;
  const origin = { from: 'one', through, kind: 'session' } as const;
  await (await FileSessionLog.fork(sessionsFolder(store), 'two', origin, 1)).close();
  const fork = await replayed('--session', 'two', '--policy', 'virtual');
  expect(fork.steps).toBe(FIRST_TURN + 2);
  expect(fork.would).toMatchObject({ requests: fork.did.requests, inserted: 0 });
  expect(fork.would.figures.faults).toEqual(fork.did.figures.faults);
});

it('names the policies there are, and says that a window is too small', async () => {
  const unknown = await vctx('replay', '--session', 'one', '--policy', 'lru');
  expect(unknown.status).toBe(1);
  expect(unknown.stderr).toMatch(/Allowed choices are virtual, memgpt/);
  const empty = { from: 'one', through: 1, kind: 'session' } as const;
  await (await FileSessionLog.fork(sessionsFolder(store), 'empty', empty, 1)).close();
  const silent = await vctx('replay', '--session', 'empty', '--window', '8192');
  expect(silent.status).toBe(1);
  expect(silent.stderr).toContain('Nothing was answered in empty.');
  const tiny = await vctx('replay', '--session', 'one', '--window', '1024');
  expect(tiny.status).toBe(1);
  expect(tiny.stderr).toMatch(/cannot be re-enacted beyond step 0 of 26: .*window/);
});
