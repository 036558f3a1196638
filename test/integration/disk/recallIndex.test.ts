import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import type { DiskClient } from '../../../src/disk/client';
import type { SessionEvent } from '../../../src/engine/events';
import type { SessionHistory } from '../../../src/engine/ports';
import { feedRecall } from '../../../src/engine/recallFeed';
import { MemoryBlobs } from '../../support/memoryPorts';
import { runCli } from '../cli/runCli';
import { never, useDisk } from './diskFixture';

const disk = useDisk();

describe('recall and notes', () => {
  const message = (seq: number, text: string, more = {}) => ({
    id: `msg:s/${seq}`,
    session: 's',
    seq,
    time: seq * 1000,
    role: 'user' as const,
    text,
    ...more,
  });
  const ids = async (client: DiskClient, text: string, range = {}) =>
    (await client.search({ text, page: 1, pageSize: 10, ...range }, never)).hits.map((hit) => hit.id);

  it('finds messages at once, by their words, their neighbours, their tool and their time', async () => {
    const client = disk().newClient();
    await client.append([
      message(1, 'Which port does the gateway use?'),
      message(2, '8443, since March.', { role: 'assistant' }),
      message(5, 'exit status 0', { role: 'tool', name: 'run_command' }),
      message(9, 'Let us have lunch.'),
    ]);
    const found = await ids(client, 'gateway port');
    expect(found.slice(0, 2).sort()).toEqual(['msg:s/1', 'msg:s/2']);
    expect((await ids(client, 'run_command'))[0]).toBe('msg:s/5');
    expect(await ids(client, 'gateway', { since: 2000 })).not.toContain('msg:s/1');
    expect(await ids(client, 'gateway', { until: 1000 })).toEqual(['msg:s/1']);
    expect(await client.recallSeqs('s')).toEqual([1, 2, 5, 9]);
    expect(await client.recallSeqs('unknown')).toEqual([]);
  });

  it('forgets what was said in a session, and takes it again', async () => {
    const client = disk().newClient();
    const other = {
      id: 'msg:t/1',
      session: 't',
      seq: 1,
      time: 1,
      role: 'user' as const,
      text: 'a rare okapi',
    };
    await client.append([message(1, 'the okapi again'), other]);
    await client.insertNotes([{ id: 'n1', session: 't', time: 1, text: 'okapi note' }]);
    await client.forgetSessions(['t']);
    expect(await ids(client, 'okapi')).toEqual(['msg:s/1']);
    expect(await client.recallSeqs('t')).toEqual([]);
    expect(await client.archivalNoteIds('t')).toEqual([]);
    await client.append([other]);
    expect((await ids(client, 'okapi')).sort()).toEqual(['msg:s/1', 'msg:t/1']);
  });

  it('gives back what was appended and takes everything twice without harm', async () => {
    const client = disk().newClient();
    const messages = [message(1, "it's a 'quoted' kangaroo", { name: "o'neil" }), message(2, 'second')];
    await client.append(messages);
    await client.append(messages);
    const page = await client.search({ text: 'kangaroo', page: 1, pageSize: 10 }, never);
    expect(page.hits.filter((hit) => hit.id === 'msg:s/1')).toEqual([
      { ...messages[0], score: expect.any(Number) },
    ]);
    expect(page.total).toBe(2);
  });

  it('lends a late message to those before it', async () => {
    const client = disk().newClient();
    await client.append([message(1, 'the codename of the release')]);
    await client.append([message(2, 'it is wolverine')]);
    expect(await ids(client, 'wolverine')).toEqual(['msg:s/2', 'msg:s/1']);
  });

  it('is fed what a session log has besides, however the gaps came about', async () => {
    const blobs = new MemoryBlobs();
    const result = await blobs.put('the yacht is moored at pier nine');
    const events: SessionEvent[] = [1, 2, 3, 4].map((seq) => ({
      type: 'message.user',
      turn: seq,
      seq,
      at: seq * 1000,
      text: `message number ${seq}`,
      tokens: 3,
    }));
    const call = { type: 'function.result', callId: 'c', address: 'tool:s/c', name: 'read_file' } as const;
    const outcome = { tokens: 9, isError: false, pages: [], ms: 1 } as const;
    events.push(
      { ...call, ...outcome, turn: 5, seq: 5, at: 5000, result: 'f'.repeat(64) }, // lost
      { ...call, ...outcome, turn: 6, seq: 6, at: 6000, result },
    );
    const history: Omit<SessionHistory, 'lineage'> = {
      sessions: async () => ['s'],
      events: async function* () {
        yield* events;
      },
    };
    const client = disk().newClient();
    // A live session went on while the log was being fed, and then the editor was killed.
    await client.append([message(1, 'message number 1'), message(4, 'message number 4')]);
    await feedRecall(client, history, blobs);
    expect(await client.recallSeqs('s')).toEqual([1, 2, 3, 4, 6]);
    expect((await ids(client, 'yacht pier'))[0]).toBe('msg:s/6');

    const fed: number[] = [];
    await feedRecall(
      {
        recallSeqs: (session) => client.recallSeqs(session),
        archivalNoteIds: (session) => client.archivalNoteIds(session),
        append: async (messages) => void fed.push(...messages.map(({ seq }) => seq)),
        insertNotes: (notes) => client.insertNotes(notes),
      },
      history,
      blobs,
    );
    expect(fed).toEqual([]);
  });

  it('has the imported messages again after the tables were lost', async () => {
    const { store, folder, root } = disk();
    const file = join(folder, 'talk.jsonl');
    const lines = [
      { speaker: 'Ann', content: 'Where did you go?', timestamp: '2023-05-08T13:56:00' },
      { speaker: 'Ben', content: 'Bowling, yesterday.', timestamp: '2023-05-08T13:57:00' },
    ];
    writeFileSync(file, lines.map((line) => JSON.stringify(line)).join('\n'));
    const place = ['--store', store, '--workspace', root];
    expect(await runCli(inject('dist'), ['recall', 'import', file, ...place])).toMatchObject({
      status: 0,
      stderr: '',
    });

    const before = disk().newClient();
    expect((await ids(before, 'What did Ben do on 7 May 2023?'))[0]).toBe('talk/2');
    await disk().crash(before);
    for (const name of readdirSync(store).filter((entry) => entry.startsWith('tables-v')))
      rmSync(join(store, name), { recursive: true });

    const after = disk().newClient();
    const { hits } = await after.search({ text: 'bowling', page: 1, pageSize: 1 }, never);
    expect(hits[0]).toMatchObject({ id: 'talk/2', session: 'talk', role: 'assistant', name: 'Ben' });
  });

  it('finds the note that has an identifier word for word, and no others', async () => {
    const client = disk().newClient();
    const note = (id: string, text: string) => ({ id, session: 's', time: 1, text });
    await client.insertNotes([
      note('1', 'key 4f1d2a3b-77aa-4c10-9d1e-0a1b2c3d4e5f has value 9e107d9d-372b-4826-81d3-542a419d6aaa'),
      note('2', 'key 9e107d9d-372b-4826-81d3-542a419d6aaa has value 11111111-372b-4826-81d3-0a1b2c3d4e5f'),
      note('3', 'key 22222222-372b-4826-81d3-542a419d6bbb has value 4f1d2a3b-77aa-4c10-9d1e-0a1b2c3d0000'),
    ]);
    const found = async (text: string) =>
      (await client.searchNotes({ text, page: 1, pageSize: 5 }, never)).hits.map((hit) => hit.id).sort();
    expect(await found('9e107d9d-372b-4826-81d3-542a419d6aaa')).toEqual(['1', '2']);
    expect(await found('22222222-372B-4826-81d3-542a419d6bbb')).toEqual(['3']);
    // An identifier that no note has is a query like any other.
    expect(await found('33333333-372b-4826-81d3-542a419d6ccc')).toEqual(['1', '2', '3']);
  });

  it('keeps notes', async () => {
    const client = disk().newClient();
    await client.insertNotes([{ id: 'n1', session: 's', time: 1, text: 'The person prefers tabs.' }]);
    await client.insertNotes([{ id: 'n1', session: 's', time: 1, text: 'The person prefers spaces.' }]);
    const page = await client.searchNotes({ text: 'prefers spaces', page: 1, pageSize: 5 }, never);
    expect(page).toMatchObject({ total: 1, hits: [{ id: 'n1', text: 'The person prefers spaces.' }] });
    expect(await client.archivalNoteIds('s')).toEqual(['n1']);
  });

  it('finds nothing for a query without words', async () => {
    const client = disk().newClient();
    await client.append([message(1, 'something')]);
    expect(await client.search({ text: '?!', page: 1, pageSize: 5 }, never)).toEqual({
      hits: [],
      page: 1,
      pages: 0,
      total: 0,
    });
  });
});
