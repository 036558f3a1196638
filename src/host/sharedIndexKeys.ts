/** What opens a shared index, in VS Code's secret storage: one entry for each address. */
import { type SecretStorage, window } from 'vscode';

const OPTION = /^\s*([A-Za-z][A-Za-z0-9_]*)\s*=\s*(.*?)\s*$/;

/** Credentials as LanceDB's storage options name them; what is not here comes from the environment. */
export class SharedIndexKeys {
  constructor(private readonly secrets: SecretStorage) {}

  async get(uri: string): Promise<Readonly<Record<string, string>>> {
    const stored = await this.secrets.get(secretName(uri));
    return stored === undefined ? {} : parseOptions(stored);
  }

  /** Asks the person for them; an empty answer removes them. @returns whether anything was changed */
  async ask(uri: string): Promise<boolean> {
    if (uri === '') {
      void window.showInformationMessage(
        'Set “Virtual Context: Storage: Uri” first: keys belong to an address.',
      );
      return false;
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
    if (text === undefined) return false;
    if (text.trim() === '') await this.secrets.delete(secretName(uri));
    else await this.secrets.store(secretName(uri), text);
    return true;
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
