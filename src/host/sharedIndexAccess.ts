/** Which shared index a workspace reads, and what opens it. */
import { type Memento, type SecretStorage, window } from 'vscode';
import { readSettings, workspaceSetsStorage } from './settings';

const OPTION = /^\s*([A-Za-z][A-Za-z0-9_]*)\s*=\s*(.*?)\s*$/;
const ANSWER = 'sharedIndex.answer';

/** What the person said about an address that a workspace's settings name. */
interface Answer {
  readonly uri: string;
  readonly use: boolean;
}

/**
 * Credentials are named as LanceDB's storage options are; those that are not in VS Code's secret storage (an entry for
 * each address) come from the environment. An address that the workspace itself names is not opened before the person
 * has agreed: a cloned folder would have them sent wherever it likes.
 */
export class SharedIndexAccess {
  private asking = '';

  /**
   * @param memento of the workspace
   * @param changed the location may be another now
   */
  constructor(
    private readonly secrets: SecretStorage,
    private readonly memento: Memento,
    private readonly changed: () => void,
  ) {}

  /** @returns undefined where none is set, or none is agreed to yet: the person is asked then, once */
  async location(): Promise<
    { readonly uri: string; readonly credentials: Readonly<Record<string, string>> } | undefined
  > {
    const { storageUri: uri } = readSettings();
    if (uri === '') return undefined;
    if (workspaceSetsStorage()) {
      const answer = this.memento.get<Answer>(ANSWER);
      if (answer?.uri !== uri) {
        void this.ask(uri);
        return undefined;
      }
      if (!answer.use) return undefined;
    }
    const stored = await this.secrets.get(secretName(uri));
    return { uri, credentials: stored === undefined ? {} : parseOptions(stored) };
  }

  /** Asks for the credentials of the address that is set; an empty answer removes them. */
  async askKeys(): Promise<void> {
    const { storageUri: uri } = readSettings();
    if (uri === '') {
      void window.showInformationMessage(
        'Set “Virtual Context: Storage: Uri” first: keys belong to an address.',
      );
      return;
    }
    const text = await window.showInputBox({
      title: `Credentials of ${uri}`,
      prompt: 'name=value, separated by ;. Empty: those of the environment.',
      placeHolder: uri.startsWith('db://')
        ? 'api_key=…; region=us-east-1'
        : 'aws_access_key_id=…; aws_secret_access_key=…; aws_region=…',
      password: true,
      ignoreFocusOut: true,
    });
    if (text === undefined) return;
    if (text.trim() === '') await this.secrets.delete(secretName(uri));
    else await this.secrets.store(secretName(uri), text);
    await this.answer({ uri, use: true });
  }

  private async ask(uri: string): Promise<void> {
    if (this.asking === uri) return;
    this.asking = uri;
    const use = 'Use It';
    const chosen = await window.showInformationMessage(
      `This workspace's settings name a shared index, ${uri}. It would be opened with your credentials for it (AWS, Google, Azure or LanceDB), and searches would read it.`,
      use,
      'Do Not Use It',
    );
    this.asking = '';
    if (chosen !== undefined) await this.answer({ uri, use: chosen === use });
  }

  private async answer(answer: Answer): Promise<void> {
    await this.memento.update(ANSWER, answer);
    this.changed();
  }
}

function parseOptions(text: string): Record<string, string> {
  const options: Record<string, string> = {};
  for (const part of text.split(';')) {
    const [, name, value] = OPTION.exec(part) ?? [];
    if (name && value) options[name.toLowerCase()] = value;
  }
  return options;
}

function secretName(uri: string): string {
  return `sharedIndex:${uri}`;
}
