/** What the person has allowed to run unasked: by setting, for this workspace, for this session. */
import { type Memento, window } from 'vscode';
import type { CommandPermissions } from '../engine/commandPorts';
import { allowedLabel } from './approvalCards';

const KEY = 'virtualContext.allowedCommands';

export class AllowedCommands implements CommandPermissions {
  private readonly bySession = new Map<string, readonly string[]>();

  constructor(
    private readonly memento: Memento,
    /** By setting. */
    private readonly set: () => readonly string[],
  ) {}

  allowed(session: string): readonly string[] {
    return [...this.set(), ...this.always(), ...(this.bySession.get(chatOf(session)) ?? [])];
  }

  async allow(prefixes: readonly string[], scope: 'session' | 'always', session: string): Promise<void> {
    if (scope === 'session') {
      const chat = chatOf(session);
      this.bySession.set(chat, merged(this.bySession.get(chat) ?? [], prefixes));
    } else await this.memento.update(KEY, merged(this.always(), prefixes));
  }

  /** Lists what is allowed, and revokes what the person picks. */
  async manage(): Promise<void> {
    const always = this.always();
    const inChats = [...new Set([...this.bySession.values()].flat())];
    const items = [
      ...always.map((prefix) => ({
        label: allowedLabel(prefix),
        description: 'always, in this workspace',
        prefix,
      })),
      ...inChats.map((prefix) => ({ label: allowedLabel(prefix), description: 'in this session', prefix })),
    ];
    if (items.length === 0) {
      await window.showInformationMessage(
        'No commands were allowed in this workspace. The setting virtualContext.commands.allow has those for all.',
      );
      return;
    }
    const revoked = await window.showQuickPick(items, {
      canPickMany: true,
      title: 'Allowed Commands',
      placeHolder: 'Check what is to ask again',
    });
    if (!revoked || revoked.length === 0) return;
    const gone = new Set(revoked.map(({ prefix }) => prefix));
    await this.memento.update(
      KEY,
      always.filter((prefix) => !gone.has(prefix)),
    );
    for (const [chat, prefixes] of this.bySession)
      this.bySession.set(
        chat,
        prefixes.filter((prefix) => !gone.has(prefix)),
      );
  }

  private always(): readonly string[] {
    return this.memento.get<readonly string[]>(KEY, []);
  }
}

/** Sub-agents (`<chat>.<n>`) may what their chat may. */
function chatOf(session: string): string {
  return session.split('.', 1)[0] ?? session;
}

function merged(before: readonly string[], more: readonly string[]): readonly string[] {
  return [...new Set([...before, ...more])];
}
