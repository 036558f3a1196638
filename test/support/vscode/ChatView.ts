import type { Frame, Locator } from 'playwright-core';
import { vi } from 'vitest';
import type { VSCode } from './VSCode';

const turnTimeout = 60_000;

/** The chat panel, as a person uses it. */
export class ChatView {
  private constructor(readonly frame: Frame) {}

  static async open(vscode: VSCode): Promise<ChatView> {
    await vscode.runCommand('Virtual Context: Open Chat');
    return new ChatView(await vscode.webview('[data-testid=chat-input]'));
  }

  /** Types and sends, and waits for the turn to end. */
  async ask(text: string): Promise<void> {
    await this.send(text);
    // What is sent while the session opens waits for its turn.
    await this.byTestId('queued').last().waitFor({ state: 'detached', timeout: turnTimeout });
    await this.idle();
  }

  async send(text: string): Promise<void> {
    const sent = await this.userMessages.count();
    await this.byTestId('chat-input').fill(text);
    await this.byTestId('chat-input').press('Enter');
    await vi.waitUntil(async () => (await this.userMessages.count()) > sent, {
      timeout: turnTimeout,
      interval: 50,
    });
  }

  /** Resolves when no turn is running: the send button is back. */
  async idle(): Promise<void> {
    await this.byTestId('send').waitFor({ timeout: turnTimeout });
  }

  /** Waits for the card that asks the person, until the button that allows nothing has the focus. @returns the card */
  async approval(): Promise<Locator> {
    const card = this.byTestId('approval');
    await card.waitFor();
    await this.frame.waitForFunction(() => document.activeElement?.getAttribute('data-decision') === 'deny');
    return card;
  }

  get userMessages(): Locator {
    return this.byTestId('message-user');
  }

  get answers(): Locator {
    return this.byTestId('message-assistant');
  }

  get rows(): Locator {
    return this.byTestId('tool-row');
  }

  byTestId(id: string): Locator {
    return this.frame.locator(`[data-testid=${id}]`);
  }
}
