import { appendFile, mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NewSessionEvent, SessionEvent } from '../../../src/engine/events';
import { FileSessionHistory } from '../../../src/journal/fileSessionHistory';
import { FileSessionLog } from '../../../src/journal/fileSessionLog';
import { listSessions, readSession, sessionExists, sessionLogPath } from '../../../src/journal/sessionFiles';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'vc-sessions-'));
});
afterEach(() => rm(dir, { recursive: true }));

const started: NewSessionEvent = { type: 'session.started', workspace: ['w'], at: 1000 };
function user(text: string): NewSessionEvent {
  return { type: 'message.user', turn: 1, text, tokens: 1, at: 2000 };
}

async function write(id: string, events: readonly NewSessionEvent[], modified: number): Promise<void> {
  const log = await FileSessionLog.open(dir, id);
  await log.append(events);
  await log.close();
  await utimes(log.path, modified / 1000, modified / 1000);
}

describe('listSessions', () => {
  it('lists id, times and the first thing said, last changed first', async () => {
    await write('old', [started, user('  What is this?\nsecond line'), user('later')], 5_000_000);
    await write('new', [started, user('x'.repeat(500))], 9_000_000);
    await write('silent', [started], 7_000_000);
    await write('empty', [], 8_000_000);
    await mkdir(join(dir, 'not a session'));
    await writeFile(join(dir, 'file'), '');
    const sessions = await listSessions(dir);
    expect(sessions.map((session) => session.id)).toEqual(['new', 'silent', 'old']);
    expect(sessions[2]).toEqual({ id: 'old', created: 1000, modified: 5_000_000, title: 'What is this?' });
    expect(sessions[1]).not.toHaveProperty('title');
    expect(sessions[0]?.title).toHaveLength(120);
  });

  it('tells chats that were forked from sub-agents', async () => {
    await write('a', [started, user('one')], 5_000_000);
    for (const [id, kind] of [
      ['b', 'session'],
      ['a.1', 'process'],
    ] as const)
      await (await FileSessionLog.fork(dir, id, { from: 'a', through: 2, kind }, 3000)).close();
    const sessions = await listSessions(dir);
    expect(sessions.find(({ id }) => id === 'a')).not.toHaveProperty('forked');
    expect(sessions.find(({ id }) => id === 'b')).toMatchObject({ forked: { from: 'a', kind: 'session' } });
    expect(sessions.find(({ id }) => id === 'a.1')).toMatchObject({ forked: { from: 'a', kind: 'process' } });
  });

  it('is empty when the folder is not there yet', async () => {
    expect(await listSessions(join(dir, 'none'))).toEqual([]);
  });
});

describe('readSession', () => {
  it('reads the whole events while another holds the log, and stops before a torn one', async () => {
    const log = await FileSessionLog.open(dir, 's');
    await log.append([started, user('a')]);
    await appendFile(sessionLogPath(dir, 's'), '{"seq":3,"ty');
    const events: SessionEvent[] = [];
    for await (const event of readSession(dir, 's')) events.push(event);
    expect(events.map((event) => event.seq)).toEqual([1, 2]);
    await log.close();
  });

  it('yields nothing when there is no such session', async () => {
    expect(await readSession(dir, 'nope').next()).toMatchObject({ done: true });
    await expect(readSession(dir, '../nope').next()).rejects.toThrow('is not a session id');
    expect(await sessionExists(dir, 'nope')).toBe(false);
  });
});

describe('FileSessionHistory', () => {
  it('reads every session, last changed first, and nothing for what is none', async () => {
    await write('a', [started, user('in a')], 5_000_000);
    await write('b', [started], 6_000_000);
    const history = new FileSessionHistory(dir);
    expect(await history.sessions()).toEqual(['b', 'a']);
    const events: SessionEvent[] = [];
    for await (const event of history.events('a')) events.push(event);
    expect(events).toMatchObject([{ type: 'session.started' }, { text: 'in a' }]);
    for (const session of ['none', '../a', '']) {
      for await (const event of history.events(session)) throw new Error(`unexpected ${event.seq}`);
    }
    expect(await sessionExists(dir, 'a')).toBe(true);
  });
});
