/** One webview's line to the host: answers its requests, and tells it events in step with the state it has loaded. */
import type * as vscode from 'vscode';
import type { HostMessage, RequestMap } from '../webview/protocol';
import { answerRequest, isLoadRequest, type RequestHandlers } from './webviewRequests';

export class WebviewChannel<Requests extends RequestMap<Requests>, Event> {
  /** Nothing is told before the first `load`: the view would count it twice. */
  private loaded = false;
  /** Events since the state was read for an answer to `load` that is not posted yet. */
  private held: Event[] | undefined;
  private readonly subscription: vscode.Disposable;

  constructor(
    private readonly webview: vscode.Webview,
    private readonly handlers: RequestHandlers<Requests>,
  ) {
    this.subscription = webview.onDidReceiveMessage((data: unknown) => this.answer(data));
  }

  /** Posts an event, after the state it follows. */
  tell(event: Event): void {
    if (this.held) this.held.push(event);
    else if (this.loaded) this.post({ kind: 'event', event });
  }

  dispose(): void {
    this.subscription.dispose();
  }

  private async answer(data: unknown): Promise<void> {
    const load = isLoadRequest(data);
    if (load) this.held ??= [];
    const answer = await answerRequest(this.handlers, data);
    if (answer) this.post(answer);
    if (!load) return;
    this.loaded = true;
    const held = this.held ?? [];
    this.held = undefined;
    for (const event of held) this.tell(event);
  }

  private post(message: HostMessage<Event>): void {
    void this.webview.postMessage(message);
  }
}
