/** `run_command` with the real shell, the real classifier and real processes. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Approval, ApprovalRequest } from '../../../src/engine/approvals';
import type { EngineFunction, FunctionContext } from '../../../src/engine/EngineFunction';
import { BackgroundCommands } from '../../../src/tools/backgroundCommands';
import { ChildCommands } from '../../../src/tools/childCommands';
import { openClassifier } from '../../../src/tools/commandSafety/classifyCommand';
import { createFunctions } from '../../../src/tools/index';
import { grammarFolder } from '../../support/grammarFolder';
import { fakeContext } from '../../unit/tools/fakeContext';

let grammars: string;
let folder: string;
let classifier: Awaited<ReturnType<typeof openClassifier>>;
let functions: readonly EngineFunction[];
let background: BackgroundCommands;
let asked: ApprovalRequest[];
let answer: Approval;
/** Given before `answer`. */
let answers: Approval[];
let allowed: string[];
let ends: string[];
let remembered: string[];

beforeAll(async () => {
  grammars = grammarFolder();
  classifier = await openClassifier(grammars);
});

afterAll(() => rmSync(grammars, { recursive: true, force: true }));

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'commands-')));
  mkdirSync(join(folder, 'src'));
  symlinkSync(tmpdir(), join(folder, 'out'));
  asked = [];
  answer = { allowed: true };
  answers = [];
  allowed = [];
  ends = [];
  remembered = [];
  const runner = new ChildCommands('/bin/bash');
  background = new BackgroundCommands(runner, (session, text) => ends.push(`${session}: ${text}`));
  const roots = () => [{ name: 'proj', path: folder }];
  functions = createFunctions({
    ripgrepPath: '',
    roots,
    commands: {
      runner,
      background,
      classifier: async () => classifier,
      permissions: {
        allowed: () => allowed,
        allow: async (prefixes, scope) => {
          remembered.push(scope);
          allowed.push(...prefixes);
        },
      },
    },
  });
});

afterEach(async () => {
  await background.close();
  rmSync(folder, { recursive: true, force: true });
});

async function call(name: string, args: object, signal = new AbortController().signal) {
  const { context, world } = fakeContext();
  const full: FunctionContext = {
    ...context,
    signal,
    files: { ...context.files, canonical: (path) => path },
    approver: {
      approve: async (request) => {
        asked.push(request);
        return answers.shift() ?? answer;
      },
    },
  };
  const fn = functions.find(({ schema }) => schema.name === name);
  const validation = fn?.validate(args);
  if (!fn || !validation?.ok)
    throw new Error(validation && !validation.ok ? validation.error : 'no function');
  const outcome = await fn.run(validation.value, full);
  return { ...outcome, progress: world.progress, stored: world.parts };
}

const run = (command: string, args: object = {}, signal?: AbortSignal) =>
  call('run_command', { command, ...args }, signal);

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

const pidIn = async (file: string) => {
  await vi.waitUntil(() => existsSync(file) && readFileSync(file, 'utf8').trim() !== '', { timeout: 5000 });
  return Number(readFileSync(file, 'utf8'));
};

describe('run_command', () => {
  it('runs in the workspace, with output of both streams and exit code', async () => {
    const { text, isError } = await run('pwd; echo problem >&2; exit 3');
    expect(text).toMatch(/^Exit code 3 after \d+\.\d s\.\n/);
    expect(text).toContain(folder);
    expect(text).toContain('problem');
    expect(isError).toBeUndefined();
    expect(asked[0]).toMatchObject({
      kind: 'command',
      command: 'pwd; echo problem >&2; exit 3',
      folder: 'proj',
    });
    expect((await run('pwd', { cwd: 'src' })).text).toContain(join(folder, 'src'));
  });

  it('tells nobody to page or to answer', async () => {
    expect((await run('echo "$CI $GIT_PAGER"; read x; echo "got $?"')).text).toContain('1 cat\ngot 1');
  });

  it.each(['..', '/etc', 'out', 'src/../..'])('does not run outside the workspace: %s', async (cwd) => {
    await expect(run('pwd', { cwd })).rejects.toThrow('outside the workspace');
    expect(asked).toEqual([]);
  });

  it('does not run where there is no folder', async () => {
    await expect(run('pwd', { cwd: 'nowhere' })).rejects.toThrow('There is no folder nowhere.');
  });

  it('asks for all but what is on the list or only looks', async () => {
    allowed = ['expr'];
    await run('expr 1 + 1');
    await run('ls && git --version');
    await run('expr 1 + 1 | tail -20');
    expect(asked).toEqual([]);
    await run('expr 1 + 1 | sed -n p');
    expect(asked).toHaveLength(1);
    allowed = ['rm', 'sudo', 'echo'];
    await run('echo x && rm -rf src');
    expect(asked[1]).toMatchObject({
      dangerous: true,
      prefixes: [],
      reason: 'removes recursively or by force',
    });
  });

  it('does not run what is refused, and passes on what the person says', async () => {
    answer = { allowed: false, words: 'use pnpm' };
    const { text, isError } = await run('touch made');
    expect(text).toBe('The person refused this command; it did not run. They say: use pnpm');
    expect(isError).toBe(true);
    expect(existsSync(join(folder, 'made'))).toBe(false);
  });

  it('runs what the person made of it, and puts nothing on the list for that', async () => {
    answer = { allowed: true, command: 'touch other', remember: 'always' };
    expect((await run('touch made')).text).toContain(
      'The person changed the command to: touch other\nExit code 0',
    );
    expect(existsSync(join(folder, 'made'))).toBe(false);
    expect(existsSync(join(folder, 'other'))).toBe(true);
    expect(allowed).toEqual([]);
  });

  it('asks again about what the person made of it when that is dangerous', async () => {
    answers = [{ allowed: true, command: 'sudo rm -rf src', remember: 'always' }, { allowed: false }];
    expect((await run('touch made')).text).toContain('refused');
    expect(asked[1]).toMatchObject({ command: 'sudo rm -rf src', dangerous: true, prefixes: [] });
    expect(existsSync(join(folder, 'src'))).toBe(true);
    answers = [
      { allowed: true, command: 'rm -r src' },
      { allowed: true, command: 'rm -r ./src' },
    ];
    await run('touch made');
    expect(asked).toHaveLength(5);
    expect(existsSync(join(folder, 'src'))).toBe(false);
    expect(allowed).toEqual([]);
  });

  it('remembers what it offered', async () => {
    answer = { allowed: true, remember: 'session' };
    await run('touch a && node --check x');
    expect(allowed).toEqual(['touch', 'node --check x $']);
    expect(remembered).toEqual(['session']);
    await run('touch b');
    expect(asked).toHaveLength(1);
  });

  it('shows the last lines while it runs', async () => {
    const { progress } = await run('echo one; sleep 0.4; echo two; sleep 0.4');
    expect(progress[0]).toBe('one');
    expect(progress.at(-1)).toBe('one\ntwo');
  });

  it('ends with all it has started, when the person stops', async () => {
    const stop = new AbortController();
    const running = run('sleep 100 & echo $! > pid; trap "" TERM; echo begun; sleep 100', {}, stop.signal);
    const pid = await pidIn(join(folder, 'pid'));
    stop.abort();
    const { text, isError } = await running;
    expect(text).toMatch(/^Stopped by the person after .*\nbegun$/);
    expect(isError).toBe(true);
    expect(isAlive(pid)).toBe(false);
  });

  it('ends at its time-out and says so', async () => {
    const { text, isError } = await run('echo begun; sleep 100', { timeout: 1 });
    expect(text).toMatch(/^Ended after 1\.\d s: the time-out\..*\nbegun$/);
    expect(isError).toBe(true);
  });

  it('keeps all of a long output: what is left out is in parts', async () => {
    const lines = 7_600_000;
    const before = process.memoryUsage().rss;
    const { text, parts, stored } = await run(`seq 1 ${lines}`);
    // 60 MB; the parts are in this process as well.
    expect(process.memoryUsage().rss - before).toBeLessThan(400 * 1024 * 1024);
    expect(parts?.length).toBe(stored.length);
    expect(stored.length).toBeGreaterThan(50);
    const [, first = ''] =
      /^Exit code 0 after .* its middle, (\d+)\.\d MB, is in tool:s1\/1\.1 to /.exec(text) ?? [];
    expect(Number(first)).toBeGreaterThan(50);
    const [head = '', tail = ''] = text.split(/\n\[… left out here and kept: .* …\]\n/);
    const told = [head.slice(head.indexOf('\n') + 1), '\n', ...stored, tail].join('');
    let at = 0;
    for (let n = 1; n <= lines; n++) {
      const line = String(n);
      if (!told.startsWith(line, at)) throw new Error(`line ${n} is missing`);
      at += line.length + 1;
    }
    expect(at).toBe(told.length + 1);
  }, 60_000);

  it('goes on in the background when the person wants it, past its time-out', async () => {
    const running = run('echo begun; sleep 1.5; echo over', { timeout: 1 });
    await vi.waitUntil(() => existsSync(folder));
    await new Promise((resolve) => setTimeout(resolve, 500));
    background.move('s1', 'call_9');
    background.move('s1', 'call_1');
    expect((await running).text).toMatch(
      /^The person moved it to the background after 0\.\d s: it goes on as c1, .*\nbegun$/,
    );
    expect(background.running()).toMatchObject([{ id: 'c1' }]);
    await vi.waitUntil(() => ends.length > 0, { timeout: 5000 });
    expect(ends[0]).toContain('ended with exit code 0');
    expect((await call('command_output', { id: 'c1' })).text).toContain('begun\nover');
    background.move('s1', 'call_1');
  });

  it('does not wait for what it leaves running', async () => {
    const { text } = await run('sleep 100 & echo $! > pid; echo done');
    expect(text).toMatch(/^Exit code 0 after [0-3]\./);
    process.kill(await pidIn(join(folder, 'pid')));
  });
});

describe('a background command', () => {
  it('returns at once, is read, and its end is told', async () => {
    expect((await run('echo begun; sleep 0.5; echo over; exit 4', { background: true })).text).toContain(
      'as c1',
    );
    expect(background.running()).toMatchObject([{ id: 'c1', session: 's1' }]);
    await vi.waitUntil(async () => (await call('command_output', { id: 'c1' })).text.includes('\nbegun'));
    expect((await call('command_output', { id: 'c1' })).text).toContain('running.\nbegun');
    await vi.waitUntil(() => ends.length > 0, { timeout: 5000 });
    expect(ends[0]).toContain(
      's1: Background command c1 (echo begun; sleep 0.5; echo over; exit 4): ended with exit code 4',
    );
    expect(ends[0]).toContain('begun\nover');
    expect(background.running()).toEqual([]);
    expect((await call('command_output', { id: 'c1' })).text).toContain('exit code 4');
  });

  it('is stopped by the model with all it has started, and tells the model nothing it knows', async () => {
    await run('sleep 100 & echo $! > pid; wait', { background: true });
    const pid = await pidIn(join(folder, 'pid'));
    expect((await call('stop_command', { id: 'c1' })).text).toContain(
      'c1 (sleep 100 & echo $! > pid; wait): stopped',
    );
    expect(isAlive(pid)).toBe(false);
    expect(ends).toEqual([]);
  });

  it('is stopped by the person, which the model is told', async () => {
    await run('sleep 100', { background: true });
    await background.stop('c1', 'person');
    expect(ends[0]).toContain('stopped by the person');
  });

  it('ends with the window', async () => {
    await run('sleep 100 & echo $! > pid; wait', { background: true });
    const pid = await pidIn(join(folder, 'pid'));
    await background.close();
    expect(isAlive(pid)).toBe(false);
    expect(ends).toEqual([]);
  });

  it('of another id is not there', async () => {
    await expect(call('stop_command', { id: 'c9' })).rejects.toThrow('There is no background command c9');
  });
});
