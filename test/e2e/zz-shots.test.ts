import { afterAll, beforeAll, test, vi } from 'vitest';
import { ChatViewProvider } from '../../src/host/chatViewProvider';
import { NotesViewProvider } from '../../src/host/notesViewProvider';
import { FakeConversation } from '../support/webview/FakeConversation';
import { sampleTranscript } from '../support/webview/sampleTranscript';
import { WebviewBrowser } from '../support/webview/WebviewPage';

vi.mock('vscode', () => ({
  Uri: {
    joinPath: (base: { path: string }, ...parts: string[]) => ({ path: [base.path, ...parts].join('/') }),
  },
  workspace: { workspaceFolders: [{}] },
}));
let browser: WebviewBrowser;
beforeAll(async () => {
  browser = await WebviewBrowser.launch();
});
afterAll(() => browser.close());
const actions = () => ({
  openFile: async () => {},
  selectModel: async () => {},
  setApiKey: async () => {},
  openWindowSetting: async () => {},
});
const uri = { path: '' } as never;
const out = '/tmp/ui-harness/';
test('shots', async () => {
  for (const theme of ['dark', 'light', 'high-contrast'] as const) {
    const c = new FakeConversation();
    c.emit(...sampleTranscript);
    const v = await browser.open(new ChatViewProvider(uri, c, actions()), { theme, height: 1000 });
    await v.byTestId('message-assistant').waitFor({timeout:6000}).catch(async (e)=>{console.log(v.problems, await v.page.content()); throw e;});
    await v.settled();
    await v.byTestId('tool-row').nth(1).locator('.tool-toggle').click();
    await v.byTestId('message-user').hover();
    await v.settled();
    await v.page.waitForTimeout(300);
    await v.page.screenshot({ path: `${out}chat-${theme}.png` });
    console.log(theme, v.problems);
    await v.close();
  }
  {
    const c = new FakeConversation();
    const v = await browser.open(new ChatViewProvider(uri, c, actions()), { theme: 'dark', width: 340 });
    await v.byTestId('example').first().waitFor();
    await v.page.waitForTimeout(300);
    await v.page.screenshot({ path: `${out}empty.png` });
    await v.close();
  }
  {
    const c = new FakeConversation();
    c.setModel('gpt-4.1-mini', false);
    c.emit(...sampleTranscript);
    const v = await browser.open(new ChatViewProvider(uri, c, actions()), { theme: 'dark', width: 300 });
    await v.byTestId('message-assistant').waitFor();
    await v.byTestId('chat-input').fill('Second question\nwith two lines');
    await v.byTestId('chat-input').press('Enter');
    await v.settled();
    c.emit(
      { type: 'turnStarted', turn: 2 },
      { type: 'userMessage', seq: 22, turn: 2, text: 'Second question\nwith two lines' },
    );
    c.emit({
      type: 'callStarted',
      callId: 'call_9',
      name: 'read_file',
      arguments: '{"path":"src/engine/some/deep/folder/VeryLongFileName.ts","startLine":4}',
    });
    await v.settled();
    await v.page.waitForTimeout(300);
    await v.page.screenshot({ path: `${out}running.png` });
    c.emit({
      type: 'turnEnded',
      turn: 2,
      reason: 'error',
      message: 'The key was refused by api.openai.com. Run Virtual Context: Set API Key.',
      errorKind: 'auth',
    });
    await v.settled();
    await v.page.waitForTimeout(300);
    await v.page.screenshot({ path: `${out}error.png` });
    await v.close();
  }
  for (const theme of ['dark', 'light'] as const) {
    const c = new FakeConversation();
    c.setNotes([
      {
        id: 'a1',
        text: 'The release branch is cut on Fridays; never touch package-lock by hand.',
        by: 'person',
      },
      {
        id: 'a2',
        text: 'src/engine/stubs.ts:12-14\nexport function stubOf(page: EvictedPage): string {\n  return page.label;\n}',
        by: 'person',
        source: 'file:app/src/engine/stubs.ts#L12-L14@0123456789abcdef',
        stale: true,
      },
      { id: 'a3', text: 'The person prefers small commits.', by: 'model', source: 'msg:s1/3' },
    ]);
    const v = await browser.open(new NotesViewProvider(uri, c, actions()), {
      theme,
      width: 320,
      height: 520,
    });
    await v.byTestId('note').first().waitFor();
    await v.byTestId('note').nth(2).hover();
    await v.byTestId('note-edit').nth(2).click();
    await v.settled();
    await v.page.waitForTimeout(300);
    await v.page.screenshot({ path: `${out}notes-${theme}.png` });
    console.log(theme, v.problems);
    await v.close();
  }
});
