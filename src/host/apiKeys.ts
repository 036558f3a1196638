/** API keys in VS Code's secret storage, one for each endpoint: a key is never sent to another host than it was given for. */
import type { ExtensionContext, SecretStorage } from 'vscode';

export class ApiKeys {
  private readonly secrets: SecretStorage;

  constructor(context: ExtensionContext) {
    this.secrets = context.secrets;
  }

  get(baseUrl: string): Thenable<string | undefined> {
    return this.secrets.get(secretName(baseUrl));
  }

  set(baseUrl: string, key: string): Thenable<void> {
    return this.secrets.store(secretName(baseUrl), key);
  }

  clear(baseUrl: string): Thenable<void> {
    return this.secrets.delete(secretName(baseUrl));
  }
}

function secretName(baseUrl: string): string {
  return `apiKey:${URL.canParse(baseUrl) ? new URL(baseUrl).origin : baseUrl}`;
}
