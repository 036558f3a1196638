import { readFile, writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import type { SessionEvent } from '../../../src/engine/events';
import { FileSessionLog } from '../../../src/journal/fileSessionLog';
import { sessionLogPath } from '../../../src/journal/sessionFiles';
import { sessionsFolder } from '../../../src/journal/storeFolders';
import { store, vctx } from './shop';

it('rebuilds every request of a session, and of a fork with what it inherits, as it was sent', async () => {
  await vctx('ask', 'Where is salesTax?', '--session', 'one');
  await vctx('ask', 'And what does it return?', '--session', 'one');
  const first = await vctx('replay', '--session', 'one', '--json');
  const { requests, identical, differing } = JSON.parse(first.stdout) as Record<string, unknown>;
  expect(requests).toBeGreaterThan(2);
  expect({ status: first.status, identical, differing }).toEqual({
    status: 0,
    identical: requests,
    differing: [],
  });

  const events = (await readFile(sessionLogPath(sessionsFolder(store), 'one'), 'utf8')).trim().split('\n');
  const origin = { from: 'one', through: events.length, kind: 'session' } as const;
  await (await FileSessionLog.fork(sessionsFolder(store), 'two', origin, 1)).close();
  await vctx('ask', 'Who calls it?', '--session', 'two');
  const fork = await vctx('replay', '--session', 'two', '--json');
  const inFork = JSON.parse(fork.stdout) as { readonly requests: number; readonly identical: number };
  expect(inFork.requests).toBeGreaterThan(Number(requests));
  expect(inFork.identical).toBe(inFork.requests);
});

it('fails and names the request that is not what was sent', async () => {
  await vctx('ask', 'Where is salesTax?', '--session', 'one');
  const path = sessionLogPath(sessionsFolder(store), 'one');
  const lines = (await readFile(path, 'utf8')).split('\n');
  const at = lines.findIndex((line) => line.includes('"type":"message.user"'));
  lines[at] = (lines[at] ?? '').replace('salesTax', 'incomeTax');
  await writeFile(path, lines.join('\n'));
  const sent = lines.flatMap((line) => {
    const event = line === '' ? undefined : (JSON.parse(line) as SessionEvent);
    return event?.type === 'request.sent' ? [event.seq] : [];
  });
  const { status, stdout } = await vctx('replay', '--session', 'one');
  expect(status).toBe(1);
  expect(stdout.trim().split('\n')).toEqual([
    ...sent.map((seq) => `#${seq} (step) is not what was sent`),
    `${sent.length} requests, 0 identical`,
  ]);
});

it('says that there is no such session', async () => {
  const { status, stderr } = await vctx('replay', '--session', 'none');
  expect(status).toBe(1);
  expect(stderr).toMatch(/There is no session none/);
});
