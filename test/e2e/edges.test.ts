/** What a person meets beside the main job: odd files, refusals, endpoints that fail, windows without a folder. */
import { appendFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { call } from '../support/modelServer/policies';
import { toolResults } from '../support/modelServer/toolResults';
import { ChatView } from '../support/vscode/ChatView';
import {
  chat,
  file,
  messages,
  openChat,
  scriptedChat,
  server,
  timeout,
  told,
  vscode,
  write,
} from '../support/vscode/scriptedChat';

const lines = (count: number, text: string) => Array.from({ length: count }, (_, i) => `${text} ${i + 1}`);

const results = () => toolResults(server);

async function read(args: object): Promise<string> {
  await chat.ask(`${call('read_file', args)} [[then]] [[say ok]]`);
  return results()[0] ?? '';
}

const lastAnswer = () => chat.answers.last().innerText();
const lastEnd = () => chat.byTestId('turn-end').last().innerText();
const activeTab = (name: string) => vscode.page.locator('.tab.active', { hasText: name }).waitFor();
const dialog = () => vscode.page.locator('.monaco-dialog-box');
const quickInput = () => vscode.page.locator('.quick-input-widget');
const paging = () => vscode.log('Virtual Context: Paging');

describe('a folder with odd files', () => {
  scriptedChat({
    files: {
      '.env': 'TOKEN=hunter2\n',
      'docs/a file.md': lines(20, 'line').join('\n'),
      'src/c#sharp.ts': lines(20, '// sharp').join('\n'),
      'src/ünïcode.ts': lines(20, '// uni').join('\n'),
      'src/a.ts': `${lines(40, 'export const a').join('\n')}\n`,
      'big.log': lines(60_000, `entry ${'x'.repeat(80)}`).join('\n'),
      'min.js': 'function f(){return 12345};'.repeat(11_000),
      'crlf.txt': lines(400, 'row').join('\r\n'),
      'bin.dat': Buffer.from(lines(2000, '').map((_, i) => i % 256)),
    },
  });

  it('reads huge files and lines in part, CRLF by lines, and no binary file', async () => {
    expect(await read({ path: 'big.log' })).toMatch(/page 1 of \d+; go on with startLine: \d+/);
    expect((await read({ path: 'min.js' })).length).toBeLessThan(8000);
    const crlf = await read({ path: 'crlf.txt', startLine: 399 });
    expect(crlf).toContain('  399\trow 399\n  400\trow 400');
    expect(await read({ path: 'bin.dat' })).toContain('binary');
    await expect.poll(() => chat.rows.last().getByTestId('tool-file').count()).toBe(0);
  });

  it('opens links to files with spaces, # and other letters in their names', async () => {
    const links = [
      ['[1](docs/a%20file.md#L3-L5)', 'a file.md', 5],
      ['[2](<docs/a file.md#L6>)', 'a file.md', 6],
      ['[3](src/c%23sharp.ts#L7)', 'c#sharp.ts', 7],
      ['[4](src/c#sharp.ts#L8-L9)', 'c#sharp.ts', 9],
      ['[5](src/ünïcode.ts:10)', 'ünïcode.ts', 10],
    ] as const;
    await chat.ask(`[[say ${links.map(([link]) => link).join(' ')}]]`);
    for (const [index, [, name, line]] of links.entries()) {
      await chat.answers.last().locator('a').nth(index).click();
      await activeTab(name);
      await vscode.page.locator('.statusbar-item', { hasText: new RegExp(`^Ln ${line},`) }).waitFor();
    }
  });

  it('asks before it reads a secret, each time', async () => {
    const ask = `${call('read_file', { path: '.env' })} [[then]] [[say ok]]`;
    await chat.send(ask);
    await (await chat.approval()).getByText('Read .env?').waitFor();
    // A stray Enter allows nothing.
    await vscode.page.keyboard.press('Enter');
    await chat.idle();
    expect(results()[0]).toContain('refused');
    await chat.send(ask);
    await chat.byTestId('approval-once').click();
    await chat.idle();
    expect(results()[0]).toContain('hunter2');
    await chat.ask(`${call('grep', { pattern: 'hunter' })} [[then]] [[say ok]]`);
    expect(results()[0]).not.toContain('TOKEN');
  });

  it('never takes an editor from the person who works in it', async () => {
    await vscode.openFile('docs/a file.md');
    server.misbehave({ kind: 'slowStream', delayMs: 400 });
    await chat.send(`${call('read_file', { path: 'src/a.ts' })} [[then]] [[say ok]]`);
    await chat.byTestId('stop').waitFor();
    await vscode.page.locator('.editor-instance .view-line').nth(2).click();
    await vscode.page.keyboard.press('End');
    await chat.idle();
    await chat.frame.waitForTimeout(500); // longer than a preview waits
    await activeTab('a file.md');
    expect(await read({ path: 'src/ünïcode.ts', startLine: 3, endLine: 5 })).toContain('uni 3');
    await activeTab('ünïcode.ts');
  });

  it('waits as long as the endpoint says, keeps what a cut stream brought, and goes on', async () => {
    server.misbehave({ kind: 'rateLimit', retryAfterSeconds: 1 });
    await chat.ask('[[say After the limit.]]');
    expect(await lastAnswer()).toContain('After the limit.');
    server.misbehave({ kind: 'cutStream', afterEvents: 4 });
    await chat.ask(
      '[[say Words enough that some of them are lost when the connection is cut in the middle.]]',
    );
    expect(await lastAnswer()).toMatch(/^Words enough[\s\S]*Cut by an error/);
    expect(await lastEnd()).toMatch(/failed: .*\. Check the network/);
    const answers = await chat.answers.count();
    await chat.byTestId('action-resumeTurn').click();
    await vi.waitUntil(async () => (await chat.answers.count()) > answers, timeout);
    await chat.idle();
    server.misbehave({ kind: 'noTools' });
    await chat.ask('[[say No functions?]]');
    expect(await lastAnswer()).toContain('No functions?');
    await expect.poll(() => chat.byTestId('notice').last().textContent()).toContain('cannot call functions');
    // The model is made anew with the key: it may call again.
    await vscode.runCommand('Virtual Context: Clear API Key');
  });

  it('stops by Escape and by command, and begins a new chat while it answers', async () => {
    const slow = async () => {
      server.misbehave({ kind: 'slowStream', delayMs: 1500 });
      await chat.send('[[say One word after the other, slowly, so that there is time to stop it.]]');
      await chat.byTestId('stop').waitFor();
    };
    await slow();
    await chat.byTestId('chat-input').press('Escape');
    await chat.idle();
    expect(await lastEnd()).toContain('Stopped.');
    await slow();
    await vscode.runCommand('Virtual Context: Stop Answering');
    await chat.idle();
    await expect.poll(() => chat.byTestId('turn-end').count()).toBeGreaterThan(2);
    await slow();
    await vscode.runCommand('Virtual Context: New Chat');
    await vi.waitUntil(async () => (await chat.userMessages.count()) === 0, timeout);
    await chat.ask('[[say Fresh.]]');
    expect(await lastAnswer()).toContain('Fresh.');
  });

  it('queues what is sent while it answers; Stop leaves it, and it is answered next', async () => {
    server.misbehave({ kind: 'slowStream', delayMs: 1500 });
    const asked = server.requests.length;
    await chat.send('[[say One word after the other, slowly, so that there is time to send more.]]');
    // What is sent before that goes along with the first question.
    await vi.waitUntil(() => server.requests.length > asked, timeout);
    await chat.send('[[say The second answer.]]');
    await chat.byTestId('queued').waitFor();
    await chat.byTestId('chat-input').press('Escape');
    await vi.waitUntil(async () => (await lastAnswer()).includes('The second answer.'), timeout);
    await chat.idle();
    await expect.poll(() => chat.byTestId('queued').count()).toBe(0);
    const told = messages().map(({ content }) => content ?? '');
    expect(told.at(-2)).toContain('<interrupt kind="cancelled">');
    expect(told.at(-1)).toBe('[[say The second answer.]]');
  });

  it('compacts and resets the window, and says what it did', async () => {
    for (const start of [1, 200, 400]) await read({ path: 'big.log', startLine: start });
    await vscode.runCommand('Virtual Context: Compact the Window');
    await vscode.enter('Keep the entry numbers.');
    const notice = (text: string) => chat.byTestId('notice').filter({ hasText: text });
    await notice('Compacted:').waitFor();
    expect(told()).toContain('Keep the entry numbers.');
    await vscode.runCommand('Virtual Context: Reset the Window');
    await dialog().getByRole('button', { name: 'Reset' }).click();
    await notice('Window reset:').waitFor();
    await expect
      .poll(() => notice('Window reset:').innerText())
      .toMatch(/pages? moved out of the window, .* → .* tokens/);
    await chat.ask('[[say Still here.]]');
    const [system, memory, question, ...rest] = messages();
    expect(system?.role).toBe('system');
    expect(memory?.content).toContain('<evicted');
    expect(question?.content).toBe('[[say Still here.]]');
    expect(rest).toEqual([]);
    await vscode.runCommand('Virtual Context: Reset the Window');
    await dialog().getByRole('button', { name: 'Cancel' }).click();
  });

  it('keeps transcript and draft while it is hidden', async () => {
    const answers = await chat.answers.count();
    await chat.byTestId('chat-input').fill('half a question');
    await chat.frame.waitForTimeout(400); // longer than saving waits
    await vscode.runCommand('View: Toggle Secondary Side Bar Visibility');
    await vscode.runCommand('View: Toggle Secondary Side Bar Visibility');
    await openChat();
    await vi.waitUntil(async () => (await chat.byTestId('chat-input').inputValue()) !== '', timeout);
    await expect.poll(() => chat.byTestId('chat-input').inputValue()).toBe('half a question');
    await vi.waitUntil(async () => (await chat.answers.count()) === answers, timeout);
    await chat.byTestId('chat-input').fill('');
  });

  it('works by keyboard alone', async () => {
    const { keyboard } = vscode.page;
    await keyboard.press('Control+Alt+v');
    await vi.waitUntil(
      () => chat.frame.evaluate(() => document.activeElement?.tagName === 'TEXTAREA'),
      timeout,
    );
    await keyboard.type(`${call('read_file', { path: 'src/a.ts' })} [[then]] [[say By keyboard.]]`);
    await keyboard.press('Enter');
    await chat.answers.getByText('By keyboard.').waitFor();
    await chat.idle();
    const inRow = () =>
      chat.frame.evaluate(() => {
        const { activeElement } = document;
        return !activeElement?.matches('[data-testid=tool-file]') && !!activeElement?.closest('.tool-row');
      });
    // Past the answer's buttons and the row's file.
    for (let i = 0; i < 10 && !(await inRow()); i++) await keyboard.press('Shift+Tab');
    await keyboard.press('Enter');
    await chat.frame.locator('.tool-result', { hasText: 'export const a 1' }).waitFor();
  });

  it('says how full the notes are, when one is stale, and brings a deleted one back', async () => {
    await vscode.runCommand('View: Show Virtual Context');
    const notes = await vscode.webview('[data-testid=note-input]');
    const note = notes.locator('[data-testid=note]');
    await notes.locator('[data-testid=note-input]').fill('word '.repeat(3000));
    await notes.locator('[data-testid=note-input]').press('Enter');
    await notes.getByRole('alert').filter({ hasText: 'of 2000 are free' }).waitFor();
    await notes.locator('[data-testid=note-input]').fill('');
    await vscode.openFile('src/a.ts');
    await vscode.page.locator('.editor-instance .view-line').first().click();
    await vscode.page.keyboard.press('Control+Home');
    for (let i = 0; i < 3; i++) await vscode.page.keyboard.press('Shift+ArrowDown');
    await vscode.runCommand('Virtual Context: Pin to Working Memory');
    await note.waitFor();
    await expect
      .poll(() => note.innerText())
      .toBe('src/a.ts:1-3\nexport const a 1\nexport const a 2\nexport const a 3');
    appendFileSync(file('src/a.ts'), 'export const more = 1;\n');
    await chat.frame.waitForTimeout(700); // a change elsewhere in the file
    await expect.poll(() => notes.locator('[data-testid=note-stale]').count()).toBe(0);
    write('src/a.ts', '// changed\n');
    await notes.locator('[data-testid=note-stale]').waitFor();
    await note.hover();
    await notes.locator('[data-testid=note-delete]').click();
    await notes.locator('[data-testid=note-undo]').click();
    await note.waitFor();
    await chat.answers.last().hover();
    await chat.byTestId('pin-message').last().click();
    await note.filter({ hasText: 'By keyboard.' }).waitFor();
  });

  it('pins a selection of a file outside the workspace as text', async () => {
    write('../outside.txt', 'Kept although it has no address.\n');
    await vscode.openFile(file('../outside.txt'));
    await vscode.page.locator('.editor-instance .view-line').first().click();
    await vscode.page.keyboard.press('Control+a');
    await vscode.runCommand('Virtual Context: Pin to Working Memory');
    const notes = await vscode.webview('[data-testid=note-input]');
    const note = notes.locator('[data-testid=note]', { hasText: 'Kept although' });
    await note.waitFor();
    await expect.poll(() => note.locator('.note-origin').count()).toBe(0);
  });

  it('shares notes and disk process with a second window, which has its own chat', async () => {
    const second = await vscode.secondWindow();
    const other = await ChatView.open(second);
    await other.byTestId('example').first().waitFor();
    await second.runCommand('View: Show Virtual Context');
    const notes = await second.webview('[data-testid=note-input]');
    await notes.locator('[data-testid=note]', { hasText: 'By keyboard.' }).waitFor();
    await other.ask(`${call('search_workspace', { query: 'sharp' })} [[then]] [[say Second window.]]`);
    expect(results()[0]).toContain('src/c#sharp.ts');
    expect(vscode.diskProcessPids()).toHaveLength(1);
    await expect.poll(() => chat.answers.getByText('Second window.').count()).toBe(0);
    await second.page.close();
  });

  it('pauses, resumes, rebuilds and describes the index', async () => {
    const status = (text: RegExp) => vscode.page.locator('.statusbar-item', { hasText: text }).waitFor();
    await vscode.runCommand('Virtual Context: Pause Indexing');
    await status(/Index paused/);
    write('src/zebra.ts', 'export const zebra = 1;\n');
    await vscode.runCommand('Virtual Context: Resume Indexing');
    await vi.waitFor(async () => {
      await chat.ask(`${call('search_workspace', { query: 'zebra' })} [[then]] [[say ok]]`);
      expect(results()[0]).toContain('src/zebra.ts');
    }, timeout);
    await vscode.chooseFrom('Virtual Context: Rebuild Index…', 'Everything');
    await status(/^\s*\d+ files/);
    await vscode.runCommand('Virtual Context: Show Index Status');
    await vscode.page.locator('.notifications-toasts', { hasText: /\d+ files in \d+ pages/ }).waitFor();
  });

  it('changes nothing when Select Model is cancelled, and keeps the question when the endpoint is down', async () => {
    const model = async () => chat.byTestId('model-button').innerText();
    const begin = async () => {
      await vscode.chooseFrom('Virtual Context: Select Model', 'OpenAI-compatible endpoint');
    };
    const cancel = async () => {
      await vi.waitFor(async () => {
        await vscode.page.keyboard.press('Escape'); // lost while one input takes the place of another
        await quickInput().waitFor({ state: 'hidden', timeout: 500 });
      }, timeout);
      expect(await model()).toContain('scripted');
    };
    await vscode.runCommand('Virtual Context: Select Model');
    await quickInput().getByText('Offline', { exact: true }).waitFor();
    await cancel();
    await begin();
    await quickInput()
      .getByText(/^Everything before/)
      .waitFor();
    await cancel();
    await begin();
    await vscode.enter(server.url);
    await quickInput().getByText('scripted', { exact: true }).waitFor();
    await cancel();
    await begin();
    await vscode.enter('http://127.0.0.1:1/v1');
    await quickInput()
      .getByText(/connection to 127\.0\.0\.1:1 failed/)
      .waitFor();
    await vscode.enter('nobody');
    await chat.byTestId('model-button').filter({ hasText: 'nobody' }).waitFor();
    await chat.ask('[[say Reached after all.]]');
    expect(await lastEnd()).toContain('127.0.0.1:1');
    await begin();
    await vscode.enter(server.url);
    await vscode.choose('scripted');
    await chat.byTestId('model-button').filter({ hasText: 'scripted' }).waitFor();
    await chat.byTestId('action-resumeTurn').click();
    await chat.answers.getByText('Reached after all.').waitFor();
  });

  it('chats without a folder and says that none is open', async () => {
    await vscode.leaveFolder();
    await openChat();
    await chat.byTestId('no-folder').waitFor();
    await vscode.screenshot('edges-no-folder');
    await chat.ask(
      `${call('read_file', { path: 'a.ts' })} ${call('pin_note', { text: 'n' })} [[then]] [[say Hi.]]`,
    );
    expect(await lastAnswer()).toContain('Hi.');
    expect(results()[0]).toContain('No folder is open');
    expect(results()[1]).toContain('Pinned');
    expect(paging()).not.toMatch(/\[error\].*TypeError/);
  });
});
