import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { JournalError } from '../../../src/engine/errors';
import type { NewSessionEvent, SessionEvent } from '../../../src/engine/events';
import { FileSessionHistory } from '../../../src/journal/fileSessionHistory';
import { FileSessionLog } from '../../../src/journal/fileSessionLog';
import { listSessions } from '../../../src/journal/sessionFiles';
import { bundleProgram } from './childProgram';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'vc-forks-'));
});
afterEach(() => rm(dir, { recursive: true }));

function user(text: string): NewSessionEvent {
  return { type: 'message.user', turn: 1, text, tokens: 1, at: 5 };
}

async function write(session: string, texts: readonly string[]): Promise<void> {
  const log = await FileSessionLog.open(dir, session);
  await log.append(texts.map(user));
  await log.close();
}

async function fork(session: string, from: string, through: number, texts: readonly string[] = []) {
  const log = await FileSessionLog.fork(dir, session, { from, through, kind: 'session' }, 7);
  await log.append(texts.map(user));
  await log.close();
  return log.path;
}

async function all(events: AsyncIterable<SessionEvent>): Promise<SessionEvent[]> {
  const read: SessionEvent[] = [];
  for await (const event of events) read.push(event);
  return read;
}

/** `s:a` for an inherited event of session s, `b` for an own one. */
function brief(events: readonly SessionEvent[]): string[] {
  return events.map((event) => {
    const text = event.type === 'message.user' ? event.text : event.type;
    return event.inherited === undefined ? text : `${event.inherited}:${text}`;
  });
}

const lineage = (session: string) => all(new FileSessionHistory(dir).lineage(session));

it('goes on from what it inherits: dense numbers, nothing copied, the other log untouched', async () => {
  await write('a', ['one', 'two', 'three']);
  const path = await fork('b', 'a', 2, ['four']);
  await fork('c', 'b', 4, ['five']);
  await fork('d', 'b', 1);
  // The parent goes on after the fork.
  await write('a', ['not inherited']);

  expect(brief(await lineage('b'))).toEqual(['a:one', 'a:two', 'session.forked', 'four']);
  expect(brief(await lineage('c'))).toEqual([
    'a:one',
    'a:two',
    'b:session.forked',
    'b:four',
    'session.forked',
    'five',
  ]);
  expect(brief(await lineage('d'))).toEqual(['a:one', 'session.forked']);
  for (const session of ['a', 'b', 'c', 'd'])
    expect((await lineage(session)).map(({ seq }) => seq)).toEqual(
      (await lineage(session)).map((_, i) => i + 1),
    );
  expect(brief(await all(new FileSessionHistory(dir).events('b')))).toEqual(['session.forked', 'four']);
  expect((await readFile(path, 'utf8')).trimEnd().split('\n')).toHaveLength(2);

  const log = await FileSessionLog.open(dir, 'c');
  expect(await all(log.read())).toEqual(await lineage('c'));
  expect(await log.append([user('six')])).toEqual([{ ...user('six'), seq: 7 }]);
  await log.close();
  expect((await lineage('c')).at(-1)?.seq).toBe(7);
  expect((await listSessions(dir)).find(({ id }) => id === 'c')?.title).toBe('five');
});

it('may inherit nothing, and says whose it is all the same', async () => {
  await write('a', ['one']);
  await (
    await FileSessionLog.fork(dir, 'a.1', { from: 'a', through: 0, kind: 'process', task: 'Look.' }, 7)
  ).close();
  expect(await lineage('a.1')).toEqual([
    { type: 'session.forked', seq: 1, at: 7, from: 'a', through: 0, kind: 'process', task: 'Look.' },
  ]);
});

it('can be made of a session that is open', async () => {
  const open = await FileSessionLog.open(dir, 'a');
  await open.append([user('one'), user('two')]);
  await fork('b', 'a', 1, ['x']);
  await open.append([user('three')]);
  await open.close();
  expect(brief(await lineage('b'))).toEqual(['a:one', 'session.forked', 'x']);
});

it('refuses to inherit what is not there, and to take the place of a session', async () => {
  await write('a', ['one', 'two']);
  await expect(fork('b', 'a', 3)).rejects.toThrow('The session a in');
  await expect(fork('b', 'none', 1)).rejects.toThrow(JournalError);
  expect(await lineage('b')).toEqual([]);
  await fork('b', 'a', 2, ['x']);
  await expect(fork('b', 'a', 1)).rejects.toThrow('There is a session b in');
  expect(brief(await lineage('b'))).toEqual(['a:one', 'a:two', 'session.forked', 'x']);

  // What it inherits is lost.
  await writeFile(join(dir, 'a', 'events.jsonl'), '');
  const log = await FileSessionLog.open(dir, 'b');
  await expect(all(log.read())).rejects.toThrow(JournalError);
  await log.close();
});

it('cut at every single byte, is a whole fork or none', async () => {
  await write('a', ['one', 'two']);
  const path = await fork('b', 'a', 2, ['own']);
  const bytes = await readFile(path);
  const whole = await lineage('b');
  for (let cut = bytes.length; cut >= 0; cut--) {
    await writeFile(path, bytes.subarray(0, cut));
    const lines = bytes.subarray(0, cut).filter((byte) => byte === 0x0a).length;
    const expected = lines === 0 ? [] : whole.slice(0, 2 + lines);
    expect(await lineage('b')).toEqual(expected);
    const log = await FileSessionLog.open(dir, 'b');
    expect(await all(log.read())).toEqual(expected);
    await log.close();
  }
  // None was left: the name is free.
  await fork('b', 'a', 1, ['again']);
  expect(brief(await lineage('b'))).toEqual(['a:one', 'session.forked', 'again']);
});

it('after kill -9 at any moment, every fork that was said to be durable is whole and every other one whole or none', async () => {
  const start = await bundleProgram(join(import.meta.dirname, 'logProgram.ts'), dir);
  await write(
    'a',
    Array.from({ length: 3000 }, (_, i) => `event ${i + 1}`),
  );
  for (const enough of [3, 11, 24]) {
    const child = start('fork', dir, 'a');
    let acknowledged = 0;
    while (acknowledged < enough) acknowledged = Number(await child.line());
    await child.kill();
    for (let line = await child.line(); line !== undefined; line = await child.line())
      acknowledged = Number(line);
    for (let n = 1; n <= acknowledged + 1; n++) {
      const events = await lineage(`fork-${n}`);
      if (n === acknowledged + 1 && events.length === 0) continue;
      expect(events.slice(0, n).map(({ inherited, seq }) => [inherited, seq])).toEqual(
        Array.from({ length: n }, (_, i) => ['a', i + 1]),
      );
      expect(events[n]).toMatchObject({ type: 'session.forked', seq: n + 1, through: n });
      expect(events.slice(n + 1).map(({ seq }) => seq)).toEqual(
        n < acknowledged ? [n + 2] : events[n + 1] ? [n + 2] : [],
      );
      await rm(join(dir, `fork-${n}`), { recursive: true });
    }
  }
}, 60_000);
