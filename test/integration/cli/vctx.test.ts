import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import type { SessionEvent } from '../../../src/engine/events';
import { FileSessionLog } from '../../../src/journal/fileSessionLog';
import { sessionsFolder } from '../../../src/journal/storeFolders';
import { withoutLance } from '../../support/buildDist';
import { script } from '../../support/modelServer/policies';
import { type ModelServer, startModelServer } from '../../support/modelServer/startModelServer';
import { type Run, runCli } from './runCli';

const dist = inject('dist');
let dir: string;
let workspace: string;
let store: string;

beforeEach(async () => {
  dir = await realpath(await mkdtemp(join(tmpdir(), 'vc-cli-')));
  workspace = join(dir, 'shop');
  store = join(dir, 'store');
  await mkdir(join(workspace, 'src'), { recursive: true });
  await write(
    'src/cart.ts',
    'export class ShoppingCart {\n  addItem(sku: string) {\n    this.items.push(sku);\n  }\n}\n',
  );
  await write('src/tax.ts', 'export function salesTax(amount: number) {\n  return amount * 0.19;\n}\n');
  await write('.env', 'API_TOKEN=hunter2\n');
});
afterEach(() => rm(dir, { recursive: true, maxRetries: 5 }));

function write(path: string, text: string): Promise<void> {
  return writeFile(join(workspace, path), text);
}

function vctx(...args: string[]): Promise<Run> {
  return runCli(dist, [...args, '--store', store]);
}

/** The output's lines as JSON, of a run that must have succeeded. */
function jsonOf<Line = Record<string, unknown>>({ status, stdout, stderr }: Run): Line[] {
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

function expectFailure({ status, stdout, stderr }: Run, message: RegExp): void {
  expect(status).toBe(1);
  expect(stdout).toBe('');
  expect(stderr).toMatch(message);
}

describe('vctx index and search', () => {
  it('indexes, finds, and notices by itself what changed since', async () => {
    const [result] = jsonOf(await vctx('index', workspace, '--json'));
    expect(result).toMatchObject({ workspace, store, files: 2, failed: 0 });

    const search = (query: string) => vctx('search', query, '--workspace', workspace, '--json');
    const [found] = jsonOf<{ query: string; hits: object[] }>(await search('ShoppingCart addItem'));
    expect(found?.query).toBe('ShoppingCart addItem');
    expect(Object.keys(found?.hits[0] ?? {})).toEqual(
      expect.arrayContaining(['path', 'startLine', 'endLine', 'symbol', 'score', 'snippet']),
    );
    expect(found?.hits[0]).toMatchObject({ path: 'src/cart.ts', startLine: 1 });

    // The disk process is still there and says “ready” of the state before.
    await write('src/coupon.ts', 'export function redeemCoupon(code: string) {\n  return code;\n}\n');
    const [after] = jsonOf<{ hits: { path: string }[] }>(await search('redeemCoupon'));
    expect(after?.hits[0]?.path).toBe('src/coupon.ts');
  });

  it('indexes first when the workspace was never indexed, and never finds secrets', async () => {
    const [found] = jsonOf<{ hits: { path: string }[] }>(
      await vctx('search', 'API_TOKEN hunter2 salesTax', '--workspace', workspace, '--limit', '1', '--json'),
    );
    expect(found?.hits.map((hit) => hit.path)).toEqual(['src/tax.ts']);
  });

  it('answers a file of queries with one line each, in order, with the ids as given', async () => {
    const queries = join(dir, 'queries.jsonl');
    await writeFile(queries, '{"id":"q1","query":"sales tax"}\r\n\n{"id":2,"query":"shopping\u2028cart"}');
    const results = jsonOf<{ id: unknown; query: string; hits: { path: string }[] }>(
      await vctx('search', '--queries', queries, '--workspace', workspace),
    );
    expect(results.map(({ id, hits }) => [id, hits[0]?.path])).toEqual([
      ['q1', 'src/tax.ts'],
      [2, 'src/cart.ts'],
    ]);
    await writeFile(queries, '{"id":"q1","query":"tax"}\n{"id":"q2"}');
    const failed = await vctx('search', '--queries', queries, '--workspace', workspace);
    expect(failed.status).toBe(1);
    expect(failed.stderr).toMatch(/queries\.jsonl:2: "query"/);
  });

  it('prints for people without --json', async () => {
    const { stdout } = await vctx('search', 'sales tax', '--workspace', workspace, '--limit', '1');
    expect(stdout).toMatch(/^src\/tax\.ts:1-3 (salesTax )?\(\d.*\)\n {2}1: .*salesTax.*\n1 page\n$/);
    expect((await vctx('index', workspace)).stdout).toMatch(
      /^2 files in \d+ pages \(.*\), .* s\nStore: .*store\n$/,
    );
  });

  it('names files, goes on with the next page, explains, and reads filters', async () => {
    const search = (...args: string[]) => vctx('search', ...args, '--workspace', workspace);
    const [second] = jsonOf<{ hits: { path: string }[]; total: number; pages: number; exact: boolean }>(
      await search('path:src/', '--files', '--limit', '1', '--page', '2', '--json'),
    );
    expect(second).toMatchObject({ total: 2, pages: 2, exact: true, hits: [{ path: 'src/tax.ts' }] });
    expect((await search('sales tax -cart', '--explain')).stdout).toMatch(/\n {4}[+-]\d\.\d{3} \w+ = /);
    expectFailure(await search('tax lang:klingon'), /no language of the index.*typescript/);
    const queries = join(dir, 'filters.jsonl');
    await writeFile(queries, '{"id":1,"query":"tax lang:klingon"}\n{"id":2,"query":"tax lang:ts"}');
    const { stdout, status } = await search('--queries', queries);
    const [wrong, right] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(wrong).toMatchObject({ id: 1, hits: [], error: expect.stringContaining('klingon') });
    expect(right.hits[0].path).toBe('src/tax.ts');
    expect(status).toBe(1);
  });

  it('says what is wrong, on standard error, and fails', async () => {
    expectFailure(await vctx('index', join(dir, 'nowhere')), /nowhere is not a folder/);
    expectFailure(await vctx('search', '--workspace', workspace), /either a query or --queries/);
    expectFailure(await vctx('search', ' ', '--workspace', workspace), /either a query or --queries/);
    expectFailure(await vctx('ask', '', '--workspace', workspace), /There is no question/);
    expectFailure(await vctx('search', 'x', '--queries', 'y', '--workspace', workspace), /either a query or/);
    expectFailure(await vctx('search', 'x', '--limit', '0', '--workspace', workspace), /whole number from 1/);
    expectFailure(await vctx('search', 'x', '--limit', '1001', '--workspace', workspace), /at most 1000/);
    expectFailure(
      await vctx('search', '--queries', join(dir, 'none'), '--workspace', workspace),
      /cannot be read/,
    );
    expectFailure(await vctx('nonsense'), /unknown command/);
  });
});

describe('vctx recall', () => {
  const lines = [
    {
      id: 'm1',
      session: 's',
      time: 1_700_000_000_000,
      role: 'user',
      name: 'Ann',
      text: 'The quokka likes leaves.',
    },
    { id: 'm2', session: 's', time: '2026-01-02T03:04:05Z', role: 'assistant', name: null, text: 'Noted.' },
    { id: 'm3', session: 't', time: 1_700_000_100_000, role: 'user', text: 'Trains leave at noon.' },
  ];

  it('imports messages, finds them at once, and replaces them by id', async () => {
    const file = join(dir, 'messages.jsonl');
    await writeFile(file, lines.map((line) => JSON.stringify(line)).join('\n'));
    expect(jsonOf(await vctx('recall', 'import', file, '--json'))).toMatchObject([{ imported: 3 }]);

    const search = async (query: string) =>
      jsonOf<{ hits: { id: string; score: number }[] }>(await vctx('recall', 'search', query, '--json'))[0]
        ?.hits;
    expect((await search('quokka'))?.[0]).toMatchObject({
      id: 'm1',
      score: expect.any(Number),
      session: 's',
    });

    await writeFile(file, JSON.stringify({ ...lines[0], text: 'The wombat likes grass.' }));
    jsonOf(await vctx('recall', 'import', file, '--json'));
    expect((await search('wombat'))?.map((hit) => hit.id)).toContain('m1');

    const queries = join(dir, 'queries.jsonl');
    await writeFile(queries, '{"id":"a","query":"trains noon"}\n{"id":"b","query":"wombat"}\n');
    const results = jsonOf<{ id: string; hits: { id: string }[] }>(
      await vctx('recall', 'search', '--queries', queries, '--limit', '1', '--json'),
    );
    expect(results.map(({ id, hits }) => [id, hits.map((hit) => hit.id)])).toEqual([
      ['a', ['m3']],
      ['b', ['m1']],
    ]);
  });

  it('names the line that is not a message and imports nothing of its batch', async () => {
    const file = join(dir, 'messages.jsonl');
    for (const [bad, message] of [
      ['{"id":"x"', /messages\.jsonl:2 is not JSON/],
      [JSON.stringify({ ...lines[0], role: 'king' }), /messages\.jsonl:2: "role"/],
      [JSON.stringify({ ...lines[0], time: 'yesterday' }), /messages\.jsonl:2: "time": expected ms/],
    ] as const) {
      await writeFile(file, `${JSON.stringify(lines[2])}\n${bad}\n`);
      expectFailure(await vctx('recall', 'import', file), message);
    }
    expect(jsonOf(await vctx('recall', 'search', 'trains', '--json'))).toEqual([
      { query: 'trains', hits: [] },
    ]);
  });
});

describe('vctx ask and log', () => {
  it('asks the offline model, prints every event and the answer, and goes on in the same session', async () => {
    const ask = (prompt: string) =>
      vctx('ask', prompt, '--workspace', workspace, '--session', 'talk', '--json').then(jsonOf<SessionEvent>);
    const first = await ask('How is the sales tax computed?');
    const answer = first.pop() as unknown as { type: string; text: string };
    expect(answer).toMatchObject({ type: 'answer', session: 'talk' });
    expect(answer.text).toContain('src/tax.ts');
    expect(first.map((event) => event.seq)).toEqual(first.map((_, i) => i + 1));
    expect(first.map((event) => event.type)).toContain('function.result');
    expect(first.at(-1)).toMatchObject({ type: 'turn.ended', reason: 'done' });

    const second = await ask('And the shopping cart?');
    expect(second[0]).toMatchObject({ seq: first.length + 1, type: 'event.posted', kind: 'userMessage' });
    expect(second[1]).toMatchObject({ type: 'turn.started', turn: 2 });

    const log = jsonOf<SessionEvent>(await vctx('log', '--session', 'talk', '--json'));
    expect(log).toEqual([...first, ...second.slice(0, -1)]);
    const { stdout } = await vctx('log', '--session', 'talk');
    expect(stdout).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z session\.started/);

    const [recalled] = jsonOf<{ hits: { id: string }[] }>(
      await vctx('recall', 'search', 'how is the sales tax computed', '--json'),
    );
    expect(recalled?.hits[0]?.id).toMatch(/^msg:talk\/\d+$/);
  });

  it('streams the answer for people, with what was done for it on standard error', async () => {
    const { status, stdout, stderr, ms } = await vctx('ask', 'salesTax?', '--workspace', workspace);
    expect(status).toBe(0);
    expect(stdout).toContain('src/tax.ts');
    expect(stderr).toMatch(/· search_workspace: \d+ tokens, major fault \(archival\), \d+ ms/);
    expect(stderr).toMatch(/\(session [0-9a-f-]{36}\)\n$/);
    // It ends when it is done: no worker, socket or timer keeps it.
    expect(ms).toBeLessThan(15_000);
  });

  it('says that there is no such session', async () => {
    expectFailure(await vctx('log', '--session', 'none', '--workspace', workspace), /no session none/);
    expectFailure(await vctx('log', '--session', '../x', '--workspace', workspace), /not a session id/);
    expectFailure(await vctx('log'), /--session/);
  });

  it('refuses a session that is open elsewhere', async () => {
    const log = await FileSessionLog.open(sessionsFolder(store), 'busy');
    const run = await vctx('ask', 'x', '--workspace', workspace, '--session', 'busy');
    await log.close();
    expectFailure(run, /open in another window or command/);
  });
});

describe('vctx ask with an endpoint', () => {
  let server: ModelServer;
  beforeEach(async () => {
    server = await startModelServer({ window: 8192, policy: script, apiKey: 'sesame' });
  });
  afterEach(() => server.close());

  function ask(
    prompt: string,
    key: string,
    variable = 'VIRTUAL_CONTEXT_API_KEY',
    ...more: string[]
  ): Promise<Run> {
    const endpoint = ['--model', 'm', '--base-url', server.url];
    const place = ['--workspace', workspace, '--store', store, '--session', 's'];
    return runCli(dist, ['ask', prompt, ...place, ...endpoint, ...more, '--json'], { [variable]: key });
  }

  it('runs the model, and refuses secret files', async () => {
    const prompt =
      '[[call read_file {"path":".env"}]] [[call read_file {"path":"src/tax.ts"}]] [[then]] [[say Both read.]]';
    const run = await ask(prompt, 'sesame');
    const lines = jsonOf<Record<string, unknown>>(run);
    expect(lines.at(-1)).toMatchObject({ type: 'answer', text: 'Both read.' });
    const results = lines.filter((line) => line.type === 'function.result');
    expect(results.map((line) => line.isError)).toEqual([true, false]);
    const sent = JSON.stringify(server.requests.at(-1)?.body.messages);
    expect(sent).toContain('The person refused: .env');
    expect(sent).toContain('return amount * 0.19');
    expect(sent + run.stdout).not.toContain('hunter2');
  });

  it('edits files when told that it may, else not', async () => {
    const edit = '[[call edit_file {"path":"src/tax.ts","old":"0.19","new":"0.21"}]]';
    const prompt = `[[call read_file {"path":"src/tax.ts"}]] [[then]] ${edit} [[then]] [[say Done.]]`;
    await ask(prompt, 'sesame');
    expect(JSON.stringify(server.requests.at(-1)?.body.messages)).toContain(
      'vctx runs without --allow-edits',
    );
    expect(await readFile(join(workspace, 'src/tax.ts'), 'utf8')).toContain('0.19');
    await ask(prompt, 'sesame', 'VIRTUAL_CONTEXT_API_KEY', '--allow-edits');
    expect(await readFile(join(workspace, 'src/tax.ts'), 'utf8')).toContain('0.21');
  });

  it('runs commands when told that it may, dangerous ones never', async () => {
    const run = (command: string) => `[[call run_command ${JSON.stringify({ command })}]]`;
    const prompt = `${run('echo made > made.txt && exit 3')} [[then]] ${run('rm -rf src')} [[then]] [[say Done.]]`;
    const sent = () => JSON.stringify(server.requests.at(-1)?.body.messages);
    await ask(prompt, 'sesame');
    expect(sent()).toContain('There is no function run_command');
    await ask(prompt, 'sesame', 'VIRTUAL_CONTEXT_API_KEY', '--allow-commands');
    expect(sent()).toContain('Exit code 3 after');
    expect(await readFile(join(workspace, 'made.txt'), 'utf8')).toBe('made\n');
    expect(sent()).toContain('vctx never runs this: the command removes recursively or by force.');
    expect(await readFile(join(workspace, 'src/tax.ts'), 'utf8')).toContain('amount');
  });

  it('keeps the key of OpenAI from every other endpoint', async () => {
    const run = await ask('hello', 'sesame', 'OPENAI_API_KEY');
    expect(run.status).toBe(1);
    expect(run.stderr).toMatch(/No answer: .*key/is);
    expect(server.requests.map(({ status }) => status)).not.toContain(200);
  });

  it('says which option is missing or wrong', async () => {
    const at = (...args: string[]) => vctx('ask', 'x', '--workspace', workspace, ...args);
    expectFailure(await at('--base-url', server.url), /No model of .* is named\. Name it with --model\./);
    expectFailure(await at('--base-url', 'localhost:11434', '--model', 'm'), /not an address.*http:/);
    expect(server.requests).toEqual([]);
  });

  it('fails with the reason when the endpoint refuses', async () => {
    const run = await ask('hello', 'wrong');
    expect(run.status).toBe(1);
    expect(run.stderr).toMatch(/^vctx: No answer: .*key.* The session is s\./is);
    expect(run.stdout).not.toContain('"answer"');
    const missing = await vctx('ask', 'x', '--workspace', workspace, '--model', 'gpt-4.1');
    expectFailure(missing, /OpenAI needs a key\. Set the environment variable OPENAI_API_KEY\./);
  });
});

describe('vctx without LanceDB', () => {
  it('says so, and still answers', async () => {
    const bare = withoutLance(dist);
    try {
      const run = await runCli(bare, ['ask', 'salesTax?', '--workspace', workspace, '--store', store]);
      expect(run.stderr).toMatch(
        /^vctx: searching is not possible: The LanceDB library .*lancedb\.\S+-\S+\.node\) is missing\. /,
      );
      expect(run.stderr).toMatch(/Reinstall the extension for this platform/);
      expect(run.status).toBe(0);
      expectFailure(await runCli(bare, ['index', workspace, '--store', store]), /LanceDB/);
    } finally {
      await rm(bare, { recursive: true });
    }
  });
});
