/** Has vectors made as the settings say, with the key of the endpoint, once the person has agreed to what it may cost. */
import { type Disposable, type Memento, window, workspace } from 'vscode';
import { describeError } from '../engine/errors';
import type { EmbeddingChoice, EmbeddingStatus, IndexStatus } from '../engine/indexStatus';
import type { ApiKeys } from './apiKeys';
import { type EmbeddingSettings, readEmbeddingSettings } from './settings';

/** The disk process, as far as it is needed here. */
export interface EmbeddingIndex {
  chooseEmbeddings(choice: EmbeddingChoice): Promise<void>;
  onStatus(listener: (status: IndexStatus) => void): () => void;
}

const AGREED = 'embeddings.agreed';

export class WorkspaceEmbeddings implements Disposable {
  private readonly stopListening: () => void;
  /** What the person was asked or told already, so that it is said once. */
  private said = '';

  /** @param memento of the workspace: agreeing to send one folder's text says nothing about another's */
  constructor(
    private readonly index: EmbeddingIndex,
    private readonly keys: ApiKeys,
    private readonly memento: Memento,
  ) {
    this.stopListening = index.onStatus(({ embeddings }) => this.look(embeddings));
  }

  dispose(): void {
    this.stopListening();
  }

  /** Brings the disk process in step with the settings; nothing is sent anywhere from a folder that is not trusted. */
  async apply(): Promise<void> {
    const { provider, baseUrl, model } = readEmbeddingSettings();
    if (provider === 'none' || model === '' || !workspace.isTrusted) {
      if (provider !== 'none' && model === '') this.say('Set virtualContext.embeddings.model to a model.');
      await this.index.chooseEmbeddings({ provider: 'none' });
      return;
    }
    const apiKey = await this.keys.get(baseUrl);
    const confirmed = this.memento.get(AGREED) === nameOf({ provider, baseUrl, model });
    await this.index.chooseEmbeddings({ provider, baseUrl, model, confirmed, ...(apiKey ? { apiKey } : {}) });
  }

  /** Asks for the endpoint's key. */
  async setKey(): Promise<void> {
    const { provider, baseUrl } = readEmbeddingSettings();
    if (provider === 'none') {
      void window.showInformationMessage(
        'Set virtualContext.embeddings.provider first: a key belongs to an endpoint.',
      );
      return;
    }
    const key = await window.showInputBox({
      title: `API key for embeddings of ${new URL(baseUrl).host}`,
      prompt: 'Kept in the secret storage of VS Code; sent to this host only, for chats and embeddings.',
      password: true,
      ignoreFocusOut: true,
    });
    if (!key?.trim()) return;
    await this.keys.set(baseUrl, key.trim());
    this.said = '';
    await this.apply();
  }

  private look(status: EmbeddingStatus): void {
    if (status.state === 'error') this.say(`${status.message ?? ''} ${status.nextStep ?? ''}`);
    if (status.state !== 'unconfirmed' || !status.estimate) return;
    const question = questionOf(status);
    if (this.said === question) return;
    this.said = question;
    void this.ask(question).catch((error: unknown) => this.say(describeError(error)));
  }

  private async ask(question: string): Promise<void> {
    const asked = nameOf(readEmbeddingSettings());
    const agree = 'Send and Embed';
    const answer = await window.showWarningMessage(question, { modal: true }, agree);
    // The settings may name another endpoint by now.
    if (answer !== agree || asked !== nameOf(readEmbeddingSettings())) return;
    await this.memento.update(AGREED, asked);
    await this.apply();
  }

  private say(message: string): void {
    if (this.said === message) return;
    this.said = message;
    void window.showWarningMessage(`Virtual Context embeddings: ${message}`);
  }
}

function nameOf({ provider, baseUrl, model }: EmbeddingSettings): string {
  return JSON.stringify([provider, baseUrl, model]);
}

function questionOf({ host, model, estimate }: EmbeddingStatus): string {
  const { pages = 0, tokens = 0, dollars } = estimate ?? {};
  const price =
    dollars === undefined
      ? 'at a price that is not known here'
      : `for about $${dollars.toFixed(dollars < 0.1 ? 4 : 2)}`;
  return `Send the text of ${pages.toLocaleString('en-US')} pages of this workspace (about ${tokens.toLocaleString('en-US')} tokens) to ${host} for “${model}”, ${price}? What changes later is sent, too.`;
}
