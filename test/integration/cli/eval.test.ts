/** `vctx eval` against the model server: its policies prove that the tasks can be solved through the engine. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import type { ChatRequest, Policy } from '../../support/modelServer/chatProtocol';
import { type ModelServer, startModelServer } from '../../support/modelServer/startModelServer';
import { type Run, runCli } from './runCli';

const dist = inject('dist');
let temporary: string;
let server: ModelServer;

beforeEach(async () => {
  temporary = await realpath(await mkdtemp(join(tmpdir(), 'vc-eval-')));
});
afterEach(async () => {
  await server?.close();
  expect((await readdir(temporary)).filter((name) => name.startsWith('vctx-eval-'))).toEqual([]);
  await rm(temporary, { recursive: true, maxRetries: 5 });
});

async function serve(policy: Policy, apiKey?: string): Promise<void> {
  server = await startModelServer({ window: 32_768, policy, ...(apiKey ? { apiKey } : {}) });
}

function run(
  task: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<Run> {
  const all = ['eval', task, '--model', 'test-model', '--base-url', server.url, ...args];
  return runCli(dist, all, { TMPDIR: temporary, ...env });
}

function reportOf({ status, stdout, stderr }: Run): Record<string, unknown> {
  expect(stderr).toMatch(/^(· .*\n)+$/);
  expect(status).toBe(0);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, unknown>;
}

const question = (request: ChatRequest) =>
  request.messages.findLast((m) => m.role === 'user' && !m.content?.startsWith('<interrupt'))?.content ?? '';
/** What was looked up, by the model or by the engine itself. */
const shown = (request: ChatRequest) =>
  request.messages.flatMap((m) =>
    m.role === 'tool' || m.content?.startsWith('<interrupt') ? (m.content ?? '') : [],
  );
const results = (request: ChatRequest) =>
  request.messages.flatMap((m) => (m.role === 'tool' ? (m.content ?? '') : []));

/** Follows the key through the archive. */
const follower: Policy = (request) => {
  const found = new Map(
    shown(request).flatMap((text) =>
      [...text.matchAll(/key (\S{36}) has value (\S{36})/g)].map(
        ([, key = '', value = '']) => [key, value] as const,
      ),
    ),
  );
  const searched = request.messages.flatMap((m) => m.tool_calls ?? []).map((call) => call.function.arguments);
  let key = question(request).match(/\S{36}$/)?.[0] ?? '';
  for (let next = found.get(key); next !== undefined; next = found.get(key)) key = next;
  return searched.some((text) => text.includes(key))
    ? { text: key }
    : { calls: [{ name: 'archival_search', arguments: { query: key } }] };
};

describe('vctx eval', () => {
  it('kv: a model that follows the keys is right at every level, and needs one search a key at most', async () => {
    await serve(follower);
    const report = reportOf(await run('kv', ['--limit', '6', '--seed', '3', '--json']));
    expect(report).toMatchObject({ task: 'kv', seed: 3, questions: 6, accuracy: 1, failed: 0 });
    expect(Object.keys(report.groups as object)).toEqual([0, 1, 2, 3, 4, 5].map((n) => `nesting ${n}`));
    // The last value is searched for in vain: that is how one knows that it is the last. A hint saves the first search.
    expect(report.calls).toBeGreaterThanOrEqual((1 + 2 + 3 + 4 + 5 + 6) / 6);
    expect(report.calls).toBeLessThanOrEqual((2 + 3 + 4 + 5 + 6 + 7) / 6);
  });

  it('dmr: a model that searches what it was told, and reads what is pinned', async () => {
    await serve((request) => {
      const asked = question(request);
      const entity = /that names (.+)\.$/.exec(asked)?.[1] ?? '';
      const pinned = request.messages[0]?.content?.split('\n').find((line) => line.includes(entity));
      if (pinned !== undefined) return { text: pinned };
      const told = results(request).join(' ');
      if (told === '') return { calls: [{ name: 'recall_search', arguments: { query: entity } }] };
      const sentences = told.match(/[^.!?]+(?:\.\d[^.!?]*)*[.!?]/g) ?? [];
      const naming = sentences.filter((sentence) => sentence.includes(entity) && !sentence.includes('?'));
      return { text: naming.join(' ').split(' ').slice(0, 60).join(' ') };
    });
    const report = reportOf(await run('dmr', ['--limit', '12', '--json']));
    expect(report).toMatchObject({ questions: 12, failed: 0 });
    expect(report.accuracy).toBeGreaterThanOrEqual(0.75);
    expect(report.rougeL).toBeGreaterThanOrEqual(0.5);
    expect(Object.keys(report.groups as object)).toContain('unpinned');
  });

  it('docqa: finds the sentence among the documents of a folder', async () => {
    const folder = join(temporary, 'docs');
    await mkdir(folder);
    const topics = [
      'harbours',
      'orchards',
      'glaciers',
      'lanterns',
      'thistles',
      'quarries',
      'meadows',
      'ferries',
    ];
    for (const [i, topic] of topics.entries()) {
      const sentence = (n: number) =>
        `The chapter about ${topic} explains at length to its careful readers that number ${10 * i + n} usually prefers ${topic}${String.fromCharCode(97 + n)} instead of another number ${10 * i + n + 1} whenever possible.`;
      await writeFile(
        join(folder, `${topic}.md`),
        Array.from({ length: 6 }, (_, n) => sentence(n)).join(' '),
      );
    }
    await serve((request) => {
      const cloze = question(request).split('\n').at(-1) ?? '';
      if (results(request).length === 0) {
        return { calls: [{ name: 'search_workspace', arguments: { query: cloze.replace('_____', '') } }] };
      }
      const hit = /documents\/\d+\.md/.exec(results(request)[0] ?? '')?.[0];
      if (results(request).length === 1) return { calls: [{ name: 'read_file', arguments: { path: hit } }] };
      const [before = ''] = cloze.split('_____');
      const rest = (results(request)[1] ?? '').split(before)[1] ?? '';
      return { text: /^\S+/.exec(rest)?.[0] ?? 'unknown' };
    });
    const args = ['--documents', folder, '--limit', '4', '--size', '6', '--json'];
    const report = reportOf(await run('docqa', args));
    expect(report).toMatchObject({ questions: 4, accuracy: 1, rougeL: 1, groups: { '6 documents': {} } });
  });

  it('opener: what is taken up from the extract covers the facts; a judge may grade it', async () => {
    await serve((request) => {
      if (request.model === 'strict') return { text: 'WRONG' };
      return { text: /<before>\n([\s\S]*)\n<\/before>/.exec(question(request))?.[1] ?? '' };
    });
    const report = reportOf(await run('opener', ['--limit', '2', '--judge', 'strict', '--json']));
    expect(report).toMatchObject({ questions: 2, judged: 0 });
    expect(report.rougeL).toBeGreaterThan(0.6);
    expect(server.requests.filter(({ body }) => body.model === 'strict')).toHaveLength(2);
  });

  it('asks the same questions for the same seed, and others for another', async () => {
    await serve(() => ({ text: 'I do not know.' }));
    const prompts = async (seed: string) => {
      const { stdout } = await run('dmr', ['--limit', '2', '--seed', seed, '--json']);
      return stdout
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { prompt?: string }).prompt);
    };
    const first = await prompts('1');
    expect(await prompts('1')).toEqual(first);
    expect(await prompts('2')).not.toEqual(first);
  });

  it('stops at once when the endpoint refuses the key, and shows no key', async () => {
    await serve(() => ({ text: 'never' }), 'right-key');
    const { status, stdout, stderr } = await run('kv', ['--key-env', 'MY_KEY'], { MY_KEY: 'wrong-key' });
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/No answer: .*run it again when that is mended/s);
    expect(stderr).not.toContain('wrong-key');
    expect(server.requests.length).toBeLessThanOrEqual(2);
  });

  it('sends the key of the variable it is told', async () => {
    await serve(() => ({ text: 'x' }), 'right-key');
    const { status } = await run('kv', ['--limit', '1', '--key-env', 'MY_KEY'], { MY_KEY: 'right-key' });
    expect(status).toBe(0);
  });

  it.each([
    [['kv', '--key-env', 'NO_SUCH_KEY'], /NO_SUCH_KEY is empty.*--key-env/],
    [['docqa', '--documents', '/no/such/folder'], /is not a folder.*--documents/],
    [['chess'], /Allowed choices are dmr, opener, docqa, kv/],
  ])('says what to do: %j', async ([task = '', ...args], message) => {
    await serve(() => ({ text: 'x' }));
    const { status, stdout, stderr } = await run(task, args);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(message);
  });

  it('stops cleanly on Ctrl-C', async () => {
    await serve(async () => {
      child.kill('SIGINT');
      await new Promise((resolve) => setTimeout(resolve, 5000));
      return { text: 'too late' };
    });
    const args = ['eval', 'kv', '--model', 'm', '--base-url', server.url];
    const env = { ...process.env, TMPDIR: temporary };
    const child = spawn(process.execPath, [join(dist, 'vctx.js'), ...args], { env });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const [status] = (await once(child, 'close')) as [number];
    expect({ status, stderr }).toEqual({ status: 130, stderr: 'vctx: cancelled\n' });
  });
});
