/** The view "Chats": all chats of this workspace by day, with their model and what they have cost. */
import {
  type Disposable,
  EventEmitter,
  MarkdownString,
  ThemeIcon,
  type TreeDataProvider,
  TreeItem,
  TreeItemCollapsibleState,
} from 'vscode';
import { billOf, type ModelPrices } from '../engine/modelPrices';
import type { ChatSessions } from './chatSessions';
import { type ChatStore, chatTitle, type ListedChat } from './chatStore';

/** Chats of some days. */
interface ChatGroup {
  readonly label: string;
  readonly chats: readonly ListedChat[];
}

type Node = ChatGroup | ListedChat;

/** What changes the list. */
const CHANGES: ReadonlySet<string> = new Set(['turnEnded', 'renamed']);
const DAY_MS = 24 * 60 * 60_000;

export class ChatsView implements TreeDataProvider<Node>, Disposable {
  static readonly viewType = 'virtualContext.chats';

  private readonly changes = new EventEmitter<void>();
  private readonly subscriptions: readonly Disposable[];

  readonly onDidChangeTreeData = this.changes.event;

  constructor(
    private readonly store: () => Promise<ChatStore>,
    private readonly sessions: ChatSessions,
    private readonly prices: () => ModelPrices,
  ) {
    this.subscriptions = [
      this.changes,
      sessions.onReset(() => this.refresh()),
      sessions.onOutput(({ type }) => {
        if (CHANGES.has(type)) this.refresh();
      }),
    ];
  }

  refresh(): void {
    this.changes.fire();
  }

  /** @throws JournalError */
  async getChildren(node?: Node): Promise<Node[]> {
    if (node) return 'chats' in node ? [...node.chats] : [];
    const chats = await (await this.store()).list();
    // A chat that was opened and left before anything was said is no history.
    const said = chats.filter(
      (chat) => chat.title !== undefined || chat.name !== undefined || this.isShown(chat),
    );
    return groupsOf(said, Date.now());
  }

  getTreeItem(node: Node): TreeItem {
    if ('chats' in node) return new TreeItem(node.label, TreeItemCollapsibleState.Expanded);
    const { id, model, spent, modified, forked } = node;
    const shown = this.isShown(node);
    const item = new TreeItem(chatTitle(node), TreeItemCollapsibleState.None);
    item.id = id;
    item.contextValue = 'virtualContext.chat';
    item.iconPath = new ThemeIcon(shown ? 'circle-filled' : forked ? 'repo-forked' : 'comment-discussion');
    const cost = costText(node, this.prices());
    item.description = [modelName(model), cost].filter(Boolean).join(' · ');
    const tip = new MarkdownString();
    tip.appendText(
      [
        chatTitle(node),
        new Date(modified).toLocaleString(),
        ...(shown ? ['shown now'] : []),
        ...(forked ? [`forked from ${forked.from}`] : []),
        ...spent.map((one) => spentText(one)),
        id,
      ].join('\n'),
    );
    item.tooltip = tip;
    item.accessibilityInformation = {
      label: [
        chatTitle(node),
        ...(shown ? ['shown now'] : []),
        ...(forked ? ['a fork'] : []),
        new Date(modified).toLocaleString(),
        ...(model === undefined ? [] : [`answered by ${modelName(model)}`]),
        ...(cost === '' ? [] : [cost]),
      ].join(', '),
    };
    item.command = { command: 'virtualContext.showChat', title: 'Open Chat', arguments: [node] };
    return item;
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private isShown({ id }: ListedChat): boolean {
    return id === this.sessions.session;
  }
}

/** @param now ms since the epoch @returns the chats by how long ago they changed, by the days of the person's clock */
function groupsOf(chats: readonly ListedChat[], now: number): ChatGroup[] {
  const midnight = new Date(now).setHours(0, 0, 0, 0);
  const bounds: readonly (readonly [label: string, since: number])[] = [
    ['Today', midnight],
    ['Yesterday', midnight - DAY_MS],
    ['Previous 7 Days', midnight - 7 * DAY_MS],
    ['Previous 30 Days', midnight - 30 * DAY_MS],
    ['Older', Number.NEGATIVE_INFINITY],
  ];
  const labelOf = ({ modified }: ListedChat) => bounds.find(([, since]) => modified >= since)?.[0];
  return bounds
    .map(([label]) => ({ label, chats: chats.filter((chat) => labelOf(chat) === label) }))
    .filter((group) => group.chats.length > 0);
}

/** @returns `12.3k tokens · $0.02`; empty while nothing was asked */
function costText({ spent }: ListedChat, prices: ModelPrices): string {
  const { promptTokens, outputTokens, cost } = billOf(spent, prices);
  const tokens = promptTokens + outputTokens;
  if (tokens === 0) return '';
  const short = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 }).format(
    tokens,
  );
  return cost === undefined ? `${short} tokens` : `${short} tokens · $${cost.toFixed(cost < 0.1 ? 4 : 2)}`;
}

function spentText({
  model,
  requests,
  promptTokens,
  cachedTokens,
  outputTokens,
}: ListedChat['spent'][number]): string {
  const number = (count: number) => count.toLocaleString('en-US');
  const cached = cachedTokens === undefined ? '' : ` (${number(cachedTokens)} cached)`;
  return `${model}: ${number(requests)} requests, ${number(promptTokens)} in${cached}, ${number(outputTokens)} out`;
}

/** Without the provider. */
function modelName(model = ''): string {
  return model.slice(model.indexOf(':') + 1);
}
