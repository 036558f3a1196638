/**
 * A real VS Code whose model does what the markers of `script` in the messages say, for the tests of a file or of a
 * `describe`: `scriptedChat({ files, settings })`. The exported bindings follow what is open now. It proves mechanism, never
 * answer quality.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll } from 'vitest';
import type { ChatRequestMessage, Policy } from '../modelServer/chatProtocol';
import { script, summariser } from '../modelServer/policies';
import { type ModelServer, type ModelServerOptions, startModelServer } from '../modelServer/startModelServer';
import { ChatView } from './ChatView';
import { type LaunchOptions, VSCode } from './VSCode';

/** For `vi.waitFor` and `vi.waitUntil`: as long as VS Code may take for anything a person does. */
export const timeout = { timeout: 30_000, interval: 100 };

interface ScriptedOptions extends Omit<LaunchOptions, 'folder'> {
  /** A project with a folder of its own, removed afterwards; without it the folder is new. */
  readonly project?: () => { readonly folder: string; remove(): void };
  /** Contents by path in the folder. */
  readonly files?: Readonly<Record<string, string | Buffer>>;
  /** What else is to be done in the folder before it is opened. */
  readonly prepare?: () => void;
  /** What to open: a path in the folder. Default: the folder. */
  readonly open?: string;
  /** Default: a window of 16,384 tokens. */
  readonly server?: Partial<Omit<ModelServerOptions, 'policy'>>;
  /** What the model does, but for summaries. Default: `script`. */
  readonly policy?: Policy;
  /** True: no model is set. */
  readonly offline?: boolean;
}

export let vscode: VSCode;
export let chat: ChatView;
export let server: ModelServer;
/** The folder that is open, or lies around what is. */
export let folder: string;
let cleanUp: (() => Promise<void>) | undefined;

/** Starts it before the tests, takes a picture when one fails, and closes it afterwards. */
export function scriptedChat(options: ScriptedOptions): void {
  beforeAll(() => launch(options));
  afterAll(close);
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await vscode.screenshot(`failed-${task.name.slice(0, 30)}`);
  });
}

async function launch(options: ScriptedOptions): Promise<void> {
  const {
    project,
    files = {},
    prepare,
    open = '.',
    policy = script,
    offline = false,
    ...launchOptions
  } = options;
  const home = mkdtempSync(join(tmpdir(), 'scripted-'));
  const made = project?.();
  folder = made?.folder ?? join(home, 'folder');
  mkdirSync(folder, { recursive: true });
  for (const [path, text] of Object.entries(files)) write(path, text);
  prepare?.();
  server = await startModelServer({
    window: 16_384,
    model: 'scripted',
    ...options.server,
    policy: summariser(policy),
  });
  let launched: VSCode | undefined;
  cleanUp = async () => {
    await launched?.close();
    await server.close();
    made?.remove();
    rmSync(home, { recursive: true, force: true });
  };
  vscode = launched = await VSCode.launch({
    ...launchOptions,
    folder: join(folder, open),
    settings: { ...(!offline && modelSettings()), ...options.settings },
  });
  await openChat();
}

const modelSettings = () => ({
  'virtualContext.model.provider': 'custom',
  'virtualContext.model.baseUrl': server.url,
  'virtualContext.model.name': 'scripted',
  // Every turn that edits waits so long for language servers.
  'virtualContext.diagnosticsDelay': 200,
});

async function close(): Promise<void> {
  await cleanUp?.();
  cleanUp = undefined;
}

/** Shows the chat again, after its view was hidden or made anew. */
export async function openChat(): Promise<void> {
  chat = await ChatView.open(vscode);
}

/** Reloads the window, and opens its chat. */
export async function reload(): Promise<void> {
  await vscode.reload();
  await openChat();
}

/** Absolute path of a file in the folder. */
export const file = (path: string): string => join(folder, path);

/** What the disk has. */
export const content = (path: string): string => readFileSync(file(path), 'utf8');

export function write(path: string, text: string | Buffer): void {
  mkdirSync(dirname(file(path)), { recursive: true });
  writeFileSync(file(path), text);
}

/** Messages of the last request. */
export function messages(): readonly ChatRequestMessage[] {
  return server.requests.at(-1)?.body.messages ?? [];
}

/** The last request's messages as one text. */
export const told = (): string => JSON.stringify(messages());

/** What the model got for its last call. */
export function lastResult(): string {
  return messages().findLast(({ role }) => role === 'tool')?.content ?? '';
}
