/** What a person meets when things break: nothing acknowledged is lost, and what is missing is said. */
import { readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { call } from '../support/modelServer/policies';
import { toolResults } from '../support/modelServer/toolResults';
import {
  chat,
  lastResult,
  messages,
  openChat,
  reload,
  scriptedChat,
  server,
  vscode,
} from '../support/vscode/scriptedChat';

const timeout = { timeout: 60_000, interval: 100 };

const files = {
  'src/client.ts': 'export class Client {\n  private shouldRetry(): boolean {\n    return true;\n  }\n}\n',
  'src/error.ts': "export * from './core/error';\n",
  'src/core/error.ts': 'export class APIError extends Error {}\n',
  'src/core/streaming.ts': '/** Streaming of server-sent events. */\nexport class Stream {}\n',
};

describe('what is killed or damaged', () => {
  scriptedChat({ files });

  it('goes on when the disk process is killed in the middle of a turn', async () => {
    await chat.ask(`${call('search_workspace', { query: 'retry backoff' })} [[then]] [[say First.]]`);
    const before = vscode.diskProcessPid();
    expect(before).toBeDefined();
    server.misbehave({ kind: 'slowStream', delayMs: 200 });
    await chat.send(`${call('search_workspace', { query: 'streaming' })} [[then]] [[say Second.]]`);
    process.kill(before ?? 0, 'SIGKILL');
    await chat.idle();
    await expect.poll(() => chat.answers.last().textContent()).toContain('Second.');
    const result = lastResult();
    expect(result).toContain('src/core/streaming.ts');
    expect(vscode.diskProcessPid()).not.toBe(before);
  });

  it('keeps every acknowledged message when the extension host is killed in the middle of a turn', async () => {
    await chat.ask('[[say One.]]');
    const asked = server.requests.length;
    const sent = await chat.userMessages.count();
    server.misbehave({ kind: 'slowStream', delayMs: 1500 });
    await chat.send('[[say Two comes slowly, word by word, so that there is time to pull the plug.]]');
    await vi.waitUntil(() => server.requests.length > asked, timeout);
    process.kill(vscode.extensionHostPid() ?? 0, 'SIGKILL');
    await vi.waitUntil(() => server.requests.at(-1)?.abandoned, timeout);
    await reload();
    await vi.waitUntil(async () => (await chat.userMessages.count()) === sent + 1, timeout);
    await expect.poll(() => chat.answers.last().textContent()).toContain('One.');
    await chat.byTestId('action-resumeTurn').click();
    await chat.answers.getByText('Two comes slowly').waitFor();
    await chat.idle();
    await chat.ask('[[say Three.]]');
    const users = messages()
      .filter(({ role }) => role === 'user')
      .map(({ content }) => content ?? '');
    expect(users.filter((text) => text.startsWith('[[say One'))).toHaveLength(1);
    expect(users.filter((text) => text.startsWith('[[say Two'))).toHaveLength(1);
  });

  it('begins a new chat with the same notes, and says why, when the last one is damaged', async () => {
    await chat.ask(`${call('pin_note', { text: 'Kept in mind.' })} [[then]] [[say Pinned.]]`);
    const [log] = vscode.sessionFiles('events.jsonl');
    rmSync(join(dirname(log ?? ''), '../../blobs'), { recursive: true });
    await vscode.restart();
    await vscode.page
      .locator('.notifications-toasts', { hasText: 'The last chat could not be opened' })
      .waitFor();
    await openChat();
    await chat.ask('[[say New.]]');
    await expect.poll(() => chat.userMessages.count()).toBe(1);
    expect(messages()[0]?.content).toContain('Kept in mind.');
    expect(vscode.sessionFiles('events.jsonl')).toHaveLength(2);
  });
});

describe('what is missing', () => {
  scriptedChat({
    files,
    server: { apiKey: 'the right key' },
    tamper: (extension) => {
      const dist = join(extension, 'dist');
      for (const name of readdirSync(dist)) if (/^lancedb\..*\.node$/.test(name)) rmSync(join(dist, name));
    },
  });

  it('says that the key is wrong and offers to set it', async () => {
    await chat.ask('[[say Hello.]]');
    await chat.byTestId('action-setApiKey').click();
    await vscode.enter('the right key');
    await vscode.page.locator('.statusbar-item', { hasText: 'API key saved' }).waitFor();
    await chat.ask('[[say Hello again.]]');
    await expect.poll(() => chat.answers.last().textContent()).toContain('Hello again.');
  });

  it('activates, chats and says so when LanceDB is not there', async () => {
    await vscode.page
      .locator('.statusbar-item', { hasText: 'Index unavailable' })
      .waitFor({ timeout: 60_000 });
    await chat.ask(
      `${call('search_workspace', { query: 'retry' })} ${call('grep', { pattern: 'shouldRetry' })} ${call('read_file', { path: 'src/error.ts' })} [[then]] [[say Without the disk.]]`,
    );
    await expect.poll(() => chat.answers.last().textContent()).toContain('Without the disk.');
    const results = toolResults(server);
    expect(results[0]).toContain('failed');
    expect(results[1]).toContain('src/client.ts');
    expect(results[2]).toContain("export * from './core/error'");
    await vscode.runCommand('Virtual Context: Show Index Status');
    await vscode.page.locator('.notifications-toasts', { hasText: 'LanceDB' }).waitFor();
  });
});
