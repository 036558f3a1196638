/** The chat panel's end in the extension host: feeds the webview from the conversation, and obeys it. */
import type * as vscode from 'vscode';
import type { ChatEvent, ChatHostEvent, ChatMode, ChatRequests } from '../webview/protocol';
import { chatEventOf } from './chatMessages';
import { type ChatActions, chatRequests, modelInfo } from './chatRequests';
import { TextDeltaBatcher } from './chatTextDeltas';
import type { Conversation } from './conversation';
import type { PanelSource } from './panelSource';
import { WebviewChannel } from './webviewChannel';
import { configureWebview, webviewHtml } from './webviewHtml';

/** Beside the view's title. */
const MODE_NAMES: Readonly<Record<ChatMode, string>> = { ask: 'Ask', edit: 'Edit', auto: 'Auto' };

export class ChatViewProvider implements vscode.WebviewViewProvider {
  static readonly viewType = 'virtualContext.chat';

  constructor(
    private readonly extensionUri: vscode.Uri,
    private readonly conversation: Conversation,
    private readonly actions: ChatActions,
    private readonly sources: readonly PanelSource[] = [],
  ) {}

  resolveWebviewView(view: vscode.WebviewView): void {
    const { conversation } = this;
    const requests = chatRequests(conversation, this.actions, this.sources);
    const events = new TextDeltaBatcher((event) => channel.tell(event));
    const channel = new WebviewChannel<ChatRequests, ChatHostEvent>(view.webview, {
      ...requests,
      load: {
        ...requests.load,
        run: (params) => {
          // The transcript holds the text that is still held back here.
          events.discard();
          return requests.load.run(params);
        },
      },
    });
    const describe = (event: ChatEvent) => {
      if (event.type === 'mode') view.description = MODE_NAMES[event.mode];
    };
    for (const source of this.sources) source.current().forEach(describe);
    const subscriptions = [
      channel,
      conversation.onOutput((output) => {
        const event = chatEventOf(output);
        if (event) events.add(event);
      }),
      conversation.onModelChanged(() => events.add({ type: 'model', model: modelInfo(conversation) })),
      conversation.onReset(() => events.add({ type: 'reset' })),
      ...this.sources.map((source) =>
        source.onEvent((event) => {
          events.add(event);
          describe(event);
        }),
      ),
    ];
    view.onDidDispose(() => {
      events.discard();
      for (const subscription of subscriptions) subscription.dispose();
    });
    configureWebview(view.webview, this.extensionUri);
    view.webview.html = webviewHtml(view.webview, this.extensionUri, {
      script: 'chat',
      title: 'Virtual Context chat',
    });
  }
}
