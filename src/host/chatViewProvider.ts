/** The chat panel's end in the extension host: feeds the webview from the conversation, and obeys it. */
import type * as vscode from 'vscode';
import type { ChatEvent, ChatHostEvent, ChatMode, ChatRequests, ChatState } from '../webview/protocol';
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
  private view: vscode.WebviewView | undefined;

  /** Set while a view is shown that has loaded. */
  private tell: ((event: ChatHostEvent) => void) | undefined;
  private waiting = '';

  constructor(
    private readonly extensionUri: vscode.Uri,
    private readonly conversation: Conversation,
    private readonly actions: ChatActions,
    private readonly sources: readonly PanelSource[] = [],
  ) {}

  /** Puts a text into the message that is being written; a view that is not there yet shows it when it is. */
  insert(text: string): void {
    if (this.tell) this.tell({ type: 'insertText', text });
    else this.waiting = this.waiting === '' ? text : `${this.waiting} ${text}`;
  }

  /** Whether the person sees the chat. */
  get visible(): boolean {
    return this.view?.visible ?? false;
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    const { conversation } = this;
    this.view = view;
    const requests = chatRequests(conversation, this.actions, this.sources);
    const events = new TextDeltaBatcher((event) => channel.tell(event));
    const channel = new WebviewChannel<ChatRequests, ChatHostEvent>(view.webview, {
      ...requests,
      load: {
        ...requests.load,
        run: async (params) => {
          // The transcript holds the text that is still held back here.
          events.discard();
          this.tell = (event) => channel.tell(event);
          return this.withWaiting(await requests.load.run(params));
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
      this.tell = undefined;
      if (this.view === view) this.view = undefined;
      events.discard();
      for (const subscription of subscriptions) subscription.dispose();
    });
    configureWebview(view.webview, this.extensionUri);
    view.webview.html = webviewHtml(view.webview, this.extensionUri, {
      script: 'chat',
      title: 'Virtual Context chat',
    });
  }

  private withWaiting(state: ChatState): ChatState {
    if (this.waiting === '') return state;
    const draft = [state.draft, this.waiting].filter((text) => text !== undefined).join('\n\n');
    this.waiting = '';
    return { ...state, draft };
  }
}
