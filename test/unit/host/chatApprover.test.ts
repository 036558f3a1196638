import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { ApprovalRequest } from '../../../src/engine/approvals';
import { ChatApprover } from '../../../src/host/chatApprover';
import { PanelExtras } from '../../../src/host/panelExtras';
import type { ChatEvent } from '../../../src/webview/protocol';

const vscode = vi.hoisted(() => ({
  trusted: true,
  notices: [] as string[],
  chosen: undefined as string | undefined,
}));

vi.mock('vscode', async () => ({
  EventEmitter: (await import('../../support/FakeEmitter')).FakeEmitter,
  window: {
    showInformationMessage: async (text: string) => {
      vscode.notices.push(text);
      return vscode.chosen;
    },
  },
  workspace: {
    get isTrusted() {
      return vscode.trusted;
    },
  },
}));

const command = (change: Partial<Extract<ApprovalRequest, { kind: 'command' }>> = {}): ApprovalRequest => ({
  kind: 'command',
  command: 'npm test',
  folder: 'proj',
  background: false,
  reason: 'is not on the list',
  dangerous: false,
  prefixes: ['npm test'],
  ...change,
});

let visible: boolean;
let revealed: number;
let approver: ChatApprover;
let told: ChatEvent[];
const never = new AbortController().signal;
const first = () => approver.cards()[0]?.id ?? '';

beforeEach(() => {
  visible = true;
  revealed = 0;
  Object.assign(vscode, { trusted: true, notices: [], chosen: undefined });
  approver = new ChatApprover(
    () => visible,
    () => revealed++,
  );
  told = [];
  approver.onEvent((event) => told.push(event));
});

describe('a card', () => {
  it('offers what the request allows, first of all to allow nothing', async () => {
    void approver.approve(command(), never);
    void approver.approve(command({ prefixes: [], dangerous: true }), never);
    void approver.approve({ kind: 'secretFile', path: '.env' }, never);
    void approver.approve({ kind: 'edit', path: 'a', creates: true, diff: '+x' }, never);
    void approver.approve(
      { kind: 'fetch', url: 'http://localhost', reason: 'It is on this machine.' },
      never,
    );
    expect(approver.cards().map(({ choices }) => choices.map(({ decision }) => decision))).toEqual([
      ['deny', 'once', 'session', 'always'],
      ['deny', 'once'],
      ['deny', 'once'],
      ['deny', 'once'],
      ['deny', 'once'],
    ]);
    expect(approver.cards()[1]).toMatchObject({ dangerous: true, command: 'npm test' });
  });

  it('shows what cannot be seen, how long it is, and what is cut', async () => {
    void approver.approve(
      command({
        command: 'a\nb\nc',
        reason: 'writes outside the workspace (x\n\u202ey)',
        prefixes: ['make $', 'npm test'],
      }),
      never,
    );
    void approver.approve(
      { kind: 'edit', path: 'a\u200b', creates: false, diff: '+x\n'.repeat(80_000) },
      never,
    );
    void approver.approve(
      { kind: 'secretFile', path: '.env', change: { act: 'write', diff: '+A=1' } },
      never,
    );
    const [run, edit, secret] = approver.cards();
    expect(run?.detail).toBe(
      'In proj. 3 lines. The command writes outside the workspace (x\\u000a\\u202ey).',
    );
    expect(run?.choices[3]?.about).toBe('make (with nothing behind it), npm test …');
    expect(edit?.title).toBe('Edit a\\u200b?');
    expect(edit?.diff?.split('\n').slice(66_666)).toEqual([
      '+x',
      '[cut here: 13,333 more lines are not shown]',
    ]);
    expect(secret).toMatchObject({ title: 'Write .env?', diff: '+A=1' });
  });

  it.each([
    ['shows all that fits but for the last line end', `${'+'.repeat(199_999)}x\n`, /^\++x\n$/],
    [
      'cuts before a line',
      `@@\n+${'x'.repeat(199_991)}\n+next\n`,
      /x\n\[cut here: 1 more line is not shown\]$/,
    ],
    [
      'cuts a line that is too long by itself',
      `@@\n-${'x'.repeat(199_995)}😀\n+next\n+last`,
      /^@@\n-x{199995}\n\[cut here, within a line: 2 more lines are not shown\]$/,
    ],
    [
      'cuts the only line',
      `+${'x'.repeat(300_000)}`,
      /x\n\[cut here, within a line: 0 more lines are not shown\]$/,
    ],
  ])('%s', (_, diff, shown) => {
    void approver.approve({ kind: 'edit', path: 'a', creates: false, diff }, never);
    expect(approver.cards()[0]?.diff).toMatch(shown);
  });

  it.each([
    [{ decision: 'once' }, { allowed: true }],
    [{ decision: 'session' }, { allowed: true, remember: 'session' }],
    [
      { decision: 'always', command: 'npm test' },
      { allowed: true, remember: 'always' },
    ],
    [
      { decision: 'always', command: 'rm -rf /' },
      { allowed: true, command: 'rm -rf /' },
    ],
    [{ decision: 'deny' }, { allowed: false }],
    [
      { decision: 'deny', words: 'use pnpm' },
      { allowed: false, words: 'use pnpm' },
    ],
  ] as const)('answered with %j says %j', async (answer, approval) => {
    const asked = approver.approve(command(), never);
    const id = first();
    approver.answer(id, answer);
    expect(await asked).toEqual(approval);
    expect(approver.cards()).toEqual([]);
    expect(told.at(-1)).toEqual({ type: 'approvals', cards: [] });
  });

  it('is not answered by what it does not offer, nor by another id', async () => {
    const asked = approver.approve(command({ prefixes: [], dangerous: true }), never);
    approver.answer(first(), { decision: 'always' });
    approver.answer('another', { decision: 'once' });
    expect(approver.cards()).toHaveLength(1);
    approver.answer(first(), { decision: 'deny' });
    expect(await asked).toEqual({ allowed: false });
  });

  it('goes when nobody waits for it any more', async () => {
    const stop = new AbortController();
    const asked = approver.approve(command(), stop.signal);
    stop.abort();
    expect(await asked).toEqual({ allowed: false });
    expect(approver.cards()).toEqual([]);
    expect(await approver.approve(command(), stop.signal)).toEqual({ allowed: false });
    // Shown once, and gone.
    expect(told).toHaveLength(2);
  });

  it('is led to when the chat is not in view, and answered only there', async () => {
    visible = false;
    vscode.chosen = 'Show';
    void approver.approve(command(), never);
    await vi.waitUntil(() => revealed === 1);
    expect(vscode.notices).toEqual(['Virtual Context waits for you: Run this command? npm test']);
    expect(approver.cards()).toHaveLength(1);
  });

  it('is not shown for an edit in Restricted Mode', async () => {
    vscode.trusted = false;
    const edit = { kind: 'edit', path: 'a', creates: false, diff: '' } as const;
    await expect(approver.approve(edit, never)).rejects.toThrow('Restricted Mode');
  });
});

describe('what the panel shows beside the conversation', () => {
  it('is rebuilt with the cards that wait and the commands that run, and told of changes', async () => {
    const extras = new PanelExtras(approver);
    let changed = () => {};
    const running = [{ id: 'c1', command: 'npm run dev', startedAt: 1, session: 's1' }];
    const stopped: string[] = [];
    extras.attach({
      running: () => running,
      onChange: (listener) => {
        changed = listener;
        return () => {};
      },
      stop: async (id, by) => void stopped.push(`${id} ${by}`),
      move: (session, callId) => void stopped.push(`moved ${session} ${callId}`),
      show: async () => undefined,
    });
    const seen: ChatEvent[] = [];
    extras.onEvent((event) => seen.push(event));
    void approver.approve(command(), never);
    expect(extras.current()).toMatchObject([
      { type: 'approvals', cards: [{ command: 'npm test' }] },
      { type: 'backgroundCommands', commands: [{ id: 'c1' }] },
    ]);
    changed();
    expect(seen.at(-1)).toEqual({
      type: 'backgroundCommands',
      commands: [{ id: 'c1', command: 'npm run dev', startedAt: 1 }],
    });
    await extras.stopCommand('c1');
    extras.moveCommand('s1', 'call_1');
    expect(stopped).toEqual(['c1 person', 'moved s1 call_1']);
  });
});
