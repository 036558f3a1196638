/** What a person meets when things break: nothing acknowledged is lost, and what is missing is said. */
import { readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { call, script, summariser } from '../support/modelServer/policies';
import { type ModelServer, startModelServer } from '../support/modelServer/startModelServer';
import { SampleProject } from '../support/sampleProject';
import { ChatView } from '../support/vscode/ChatView';
import { type LaunchOptions, VSCode } from '../support/vscode/VSCode';

const timeout = { timeout: 60_000, interval: 100 };

let project: SampleProject;
let server: ModelServer;
let vscode: VSCode | undefined;

async function launch(
  options: Partial<LaunchOptions> = {},
  apiKey?: string,
): Promise<{ vscode: VSCode; chat: ChatView }> {
  project = new SampleProject();
  server = await startModelServer({
    window: 16_384,
    policy: summariser(script),
    ...(apiKey ? { apiKey } : {}),
  });
  vscode = await VSCode.launch({
    folder: project.folder,
    settings: {
      'virtualContext.model.provider': 'custom',
      'virtualContext.model.baseUrl': server.url,
      'virtualContext.model.name': 'scripted',
      'virtualContext.model.contextWindow': 16_384,
    },
    ...options,
  });
  return { vscode, chat: await ChatView.open(vscode) };
}

afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await vscode?.screenshot(`failed-${task.name.slice(0, 30)}`);
  await vscode?.close();
  await server.close();
  project.remove();
});

describe('failures', () => {
  it('goes on when the disk process is killed in the middle of a turn', async () => {
    const { vscode, chat } = await launch();
    await chat.ask(`${call('search_workspace', { query: 'retry backoff' })} [[then]] [[say First.]]`);
    const before = vscode.diskProcessPid();
    expect(before).toBeDefined();
    server.misbehave({ kind: 'slowStream', delayMs: 200 });
    await chat.send(`${call('search_workspace', { query: 'streaming' })} [[then]] [[say Second.]]`);
    process.kill(before ?? 0, 'SIGKILL');
    await chat.idle();
    expect(await chat.answers.last().textContent()).toContain('Second.');
    const result = server.requests.at(-1)?.body.messages.findLast((m) => m.role === 'tool')?.content ?? '';
    expect(result).toContain('src/core/streaming.ts');
    expect(vscode.diskProcessPid()).not.toBe(before);
  });

  it('keeps every acknowledged message when the extension host is killed in the middle of a turn', async () => {
    const { vscode, chat } = await launch();
    await chat.ask('[[say One.]]');
    server.misbehave({ kind: 'slowStream', delayMs: 1500 });
    await chat.send('[[say Two comes slowly, word by word, so that there is time to pull the plug.]]');
    await vi.waitUntil(() => server.requests.length === 2, timeout);
    process.kill(vscode.extensionHostPid() ?? 0, 'SIGKILL');
    await vi.waitUntil(() => server.requests.at(-1)?.abandoned, timeout);
    await vscode.reload();
    const again = await ChatView.open(vscode);
    await vi.waitUntil(async () => (await again.userMessages.count()) === 2, timeout);
    expect(await again.answers.first().textContent()).toContain('One.');
    await again.byTestId('action-resumeTurn').click();
    await again.answers.getByText('Two comes slowly').waitFor();
    await again.idle();
    await again.ask('[[say Three.]]');
    const users = server.requests
      .at(-1)
      ?.body.messages.filter((m) => m.role === 'user')
      .map((m) => m.content ?? '');
    expect(users?.filter((text) => text.startsWith('[[say One'))).toHaveLength(1);
    expect(users?.filter((text) => text.startsWith('[[say Two'))).toHaveLength(1);
  });

  it('activates, chats and says what is missing when LanceDB is not there', async () => {
    const { vscode, chat } = await launch({
      tamper: (extension) => {
        const dist = join(extension, 'dist');
        for (const name of readdirSync(dist)) if (/^lancedb\..*\.node$/.test(name)) rmSync(join(dist, name));
      },
    });
    await vscode.page
      .locator('.statusbar-item', { hasText: 'Index unavailable' })
      .waitFor({ timeout: 60_000 });
    await chat.ask(
      `${call('search_workspace', { query: 'retry' })} ${call('grep', { pattern: 'shouldRetry' })} ${call('read_file', { path: 'src/error.ts' })} [[then]] [[say Without the disk.]]`,
    );
    expect(await chat.answers.last().textContent()).toContain('Without the disk.');
    const results = server.requests
      .at(-1)
      ?.body.messages.filter((m) => m.role === 'tool')
      .map((m) => m.content ?? '');
    expect(results?.[0]).toContain('failed');
    expect(results?.[1]).toContain('src/client.ts');
    expect(results?.[2]).toContain("export * from './core/error'");
    await vscode.runCommand('Virtual Context: Show Index Status');
    await vscode.page.locator('.notifications-toasts', { hasText: 'LanceDB' }).waitFor();
  });

  it('begins a new chat with the same notes, and says why, when the last one is damaged', async () => {
    const { vscode, chat } = await launch();
    await chat.ask(`${call('pin_note', { text: 'Kept in mind.' })} [[then]] [[say Pinned.]]`);
    const [log] = vscode.sessionFiles('events.jsonl');
    rmSync(join(dirname(log ?? ''), '../../blobs'), { recursive: true });
    await vscode.restart();
    await vscode.page
      .locator('.notifications-toasts', { hasText: 'The last chat could not be opened' })
      .waitFor();
    const again = await ChatView.open(vscode);
    await again.ask('[[say New.]]');
    expect(await again.userMessages.count()).toBe(1);
    expect(server.requests.at(-1)?.body.messages[0]?.content).toContain('Kept in mind.');
    expect(vscode.sessionFiles('events.jsonl')).toHaveLength(2);
  });

  it('says that the key is wrong and offers to set it', async () => {
    const { vscode, chat } = await launch({}, 'the right key');
    await chat.ask('[[say Hello.]]');
    await chat.byTestId('action-setApiKey').click();
    await vscode.enter('the right key');
    await vscode.page.locator('.statusbar-item', { hasText: 'API key saved' }).waitFor();
    await chat.ask('[[say Hello again.]]');
    expect(await chat.answers.last().textContent()).toContain('Hello again.');
  });
});
