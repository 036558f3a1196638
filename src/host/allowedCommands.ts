/** What the person has allowed to run unasked: by setting, for this workspace, for a chat. */
import { ConfigurationTarget, type Memento, type QuickPickItem, window, workspace } from 'vscode';
import type { CommandPermissions } from '../engine/commandPorts';
import { allowedLabel } from './approvalCards';

const KEY = 'virtualContext.allowedCommands';
const CHATS_KEY = 'virtualContext.commandsAllowedInChats';
const SETTING = 'virtualContext.commands.allow';
/** Of older ones nothing is remembered: they ask again. */
const REMEMBERED_CHATS = 50;

/** Newest last. */
type ByChat = readonly (readonly [chat: string, prefixes: readonly string[]])[];

interface Entry extends QuickPickItem {
  readonly prefix: string;
  readonly from: 'setting' | 'workspace' | 'chat';
}

export class AllowedCommands implements CommandPermissions {
  constructor(
    private readonly memento: Memento,
    /** By setting. */
    private readonly set: () => readonly string[],
  ) {}

  allowed(session: string): readonly string[] {
    return [...this.set(), ...this.always(), ...this.inChat(chatOf(session))];
  }

  async allow(prefixes: readonly string[], scope: 'session' | 'always', session: string): Promise<void> {
    if (scope === 'always') {
      await this.memento.update(KEY, merged(this.always(), prefixes));
      return;
    }
    const chat = chatOf(session);
    const others = this.chats().filter(([id]) => id !== chat);
    const now = [...others, [chat, merged(this.inChat(chat), prefixes)] as const];
    await this.memento.update(CHATS_KEY, now.slice(-REMEMBERED_CHATS));
  }

  /** These chats are gone, and what was allowed in them. */
  async forget(chats: readonly string[]): Promise<void> {
    await this.memento.update(
      CHATS_KEY,
      this.chats().filter(([id]) => !chats.includes(id)),
    );
  }

  /** Lists what is allowed, by chat for the one that is shown, and revokes what the person picks. */
  async manage(session: string): Promise<void> {
    const items = [
      ...entries(this.set(), 'setting', `by the setting ${SETTING}, in all workspaces`),
      ...entries(this.always(), 'workspace', 'always, in this workspace'),
      ...entries(this.inChat(chatOf(session)), 'chat', 'in this chat'),
    ];
    if (items.length === 0) {
      await window.showInformationMessage(
        `No commands are allowed here. The setting ${SETTING} has those for all.`,
      );
      return;
    }
    const revoked = await window.showQuickPick(items, {
      canPickMany: true,
      title: 'Allowed Commands',
      placeHolder: 'Check what is to ask again',
    });
    if (revoked && revoked.length > 0) await this.revoke(revoked, chatOf(session));
  }

  private async revoke(revoked: readonly Entry[], chat: string): Promise<void> {
    const left = (from: Entry['from'], prefixes: readonly string[]) =>
      prefixes.filter((prefix) => !revoked.some((entry) => entry.from === from && entry.prefix === prefix));
    if (revoked.some(({ from }) => from === 'setting'))
      await workspace
        .getConfiguration()
        .update(SETTING, left('setting', this.set()), ConfigurationTarget.Global);
    await this.memento.update(KEY, left('workspace', this.always()));
    await this.memento.update(
      CHATS_KEY,
      this.chats().map(([id, prefixes]) => [id, id === chat ? left('chat', prefixes) : prefixes]),
    );
  }

  private always(): readonly string[] {
    return this.memento.get<readonly string[]>(KEY, []);
  }

  private chats(): ByChat {
    return this.memento.get<ByChat>(CHATS_KEY, []);
  }

  private inChat(chat: string): readonly string[] {
    return this.chats().find(([id]) => id === chat)?.[1] ?? [];
  }
}

function entries(prefixes: readonly string[], from: Entry['from'], description: string): Entry[] {
  return prefixes.map((prefix) => ({ label: allowedLabel(prefix), description, prefix, from }));
}

/** Sub-agents (`<chat>.<n>`) may what their chat may. */
function chatOf(session: string): string {
  return session.split('.', 1)[0] ?? session;
}

function merged(before: readonly string[], more: readonly string[]): readonly string[] {
  return [...new Set([...before, ...more])];
}
