import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Browser, Frame, Page } from 'playwright-core';
import { inject, vi } from 'vitest';
import { root } from '../../../scripts/run.mjs';
import { startServer } from '../../../scripts/vscode.mjs';
import { connectBrowser } from '../startBrowser';
import { linkExtensions } from './installed';
import { findProcesses, isDescendant, killAll } from './processes';

export interface LaunchOptions {
  /** The folder, or the .code-workspace file, to open. */
  folder: string;
  /** User settings, on top of `quietSettings`. */
  settings?: Record<string, unknown>;
  /** False opens the folder in Restricted Mode. */
  trusted?: boolean;
  /** Added to the environment of the server and its extension hosts. */
  env?: Record<string, string>;
  /** Called with the extension's installed folder before VS Code starts. */
  tamper?: (extension: string) => void;
}

/** Nothing appears on its own accord, else screenshots differ from run to run. */
const quietSettings = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.reduceMotion': 'on',
  'telemetry.telemetryLevel': 'off',
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'git.openRepositoryInParentFolders': 'never',
};

const uiTimeout = 30_000;

/**
 * A real VS Code with the packed extension, in a real browser:
 *
 *     const vscode = await VSCode.launch({ folder });
 *     await vscode.runCommand('Virtual Context: New Chat');
 *     const chat = await vscode.webview('#prompt');
 *     await chat.fill('#prompt', 'Where is the parser?');
 *     await vscode.close();
 */
export class VSCode {
  readonly profile = { userData: join(this.home, 'data'), extensions: join(this.home, 'extensions') };
  private server: Awaited<ReturnType<typeof startServer>> | undefined;

  private constructor(
    private readonly options: LaunchOptions,
    private readonly browser: Browser,
    readonly page: Page,
    /** Holds all that this instance writes. */
    private readonly home = mkdtempSync(join(tmpdir(), 'vscode-')),
  ) {}

  static async launch(options: LaunchOptions): Promise<VSCode> {
    const browser = await connectBrowser(inject('browser'));
    const page = await browser.newPage({ viewport: { width: 1600, height: 1000 } });
    page.setDefaultTimeout(uiTimeout);
    const vscode = new VSCode(options, browser, page);
    try {
      vscode.writeSettings(options.settings ?? {});
      await linkExtensions(inject('installed'), vscode.profile.extensions);
      options.tamper?.(vscode.extensionFolder());
      await vscode.start(0);
      return vscode;
    } catch (error) {
      await vscode.close();
      throw error;
    }
  }

  private async start(port: number): Promise<void> {
    const { folder, trusted = true } = this.options;
    const env = { TMPDIR: this.home, ...this.options.env }; // sockets and temporary files are removed with it
    const args = trusted ? ['--disable-workspace-trust'] : [];
    this.server = await startServer(this.profile, { port, args, env });
    const kind = folder.endsWith('.code-workspace') ? 'workspace' : 'folder';
    await this.page.goto(`${this.server.url}/?${new URLSearchParams({ [kind]: folder })}`);
    await this.workbenchReady();
  }

  private async workbenchReady(): Promise<void> {
    await this.page.locator('.monaco-workbench .statusbar-item').first().waitFor();
  }

  /** Reloads the window: a new extension host and new webviews on the same server. */
  async reload(): Promise<void> {
    await this.page.reload();
    await this.workbenchReady();
  }

  /** Kills every process at once, as a power cut does, and starts again. */
  async restart(): Promise<void> {
    const port = Number(new URL(this.page.url()).port); // the browser keeps the window's state by address
    this.killServer();
    await this.start(port);
  }

  async close(): Promise<void> {
    await this.browser.close();
    this.killServer();
    rmSync(this.home, { recursive: true, force: true, maxRetries: 5 });
  }

  private killServer(): void {
    this.server?.stop('SIGKILL');
    killAll(findProcesses(this.home)); // the disk process outlives its extension host
  }

  /** Replaces the user settings, which the server reads when a window opens. */
  private writeSettings(settings: Record<string, unknown>): void {
    const file = join(this.profile.userData, 'User/settings.json');
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify({ ...quietSettings, ...settings }, null, 2));
  }

  /** Opens a window without a folder in place of the workspace. */
  async leaveFolder(): Promise<void> {
    await this.page.goto(`${new URL(this.page.url()).origin}/?ew=true`);
    await this.workbenchReady();
  }

  /** Another window on the same workspace, of another browser profile; it goes when this one does. */
  async secondWindow(): Promise<VSCode> {
    const page = await this.browser.newPage({ viewport: { width: 1600, height: 1000 } });
    page.setDefaultTimeout(uiTimeout);
    const other = new VSCode(this.options, this.browser, page, this.home);
    await page.goto(this.page.url());
    await other.workbenchReady();
    return other;
  }

  /** Runs a command by its full title, "Category: Title", as soon as the command palette offers it. */
  async runCommand(title: string): Promise<void> {
    await this.pickInPalette(`>${title}`, title);
  }

  /** Opens a file of the workspace in an editor and waits for it. */
  async openFile(path: string): Promise<void> {
    await this.pickInPalette(path, basename(path));
    await this.page.locator('.tab.active', { hasText: basename(path) }).waitFor();
  }

  private async pickInPalette(query: string, label: string): Promise<void> {
    const palette = this.page.locator('.quick-input-widget');
    let patience = 500;
    const pick = async () => {
      // Only where it closes a palette: Escape would end a selection, or the turn.
      if (await palette.isVisible()) await this.page.keyboard.press('Escape');
      await this.page.keyboard.press('F1');
      await palette.locator('input').first().fill(query, { timeout: 2000 });
      patience = Math.min(2 * patience, 4000);
      const entry = palette.getByText(label, { exact: true }).first();
      await entry.waitFor({ timeout: patience });
      await entry.click({ timeout: 4000 });
    };
    // A key is lost while the focus moves between frames, and an open palette does not take in the commands of
    // extensions that are still loading: it is opened anew.
    await vi.waitFor(pick, { timeout: uiTimeout });
  }

  /** Drags the border of the secondary side bar to the left. */
  async widenSecondarySideBar(pixels: number): Promise<void> {
    const bar = await this.page.locator('.part.auxiliarybar').boundingBox();
    if (!bar) throw new Error('The secondary side bar is not shown.');
    const sashes = await this.page.locator('.monaco-sash.vertical:not(.disabled)').all();
    const boxes = (await Promise.all(sashes.map((sash) => sash.boundingBox()))).filter((box) => box !== null);
    const distance = (box: { x: number; width: number }) => Math.abs(box.x + box.width / 2 - bar.x);
    const sash = boxes.sort((a, b) => distance(a) - distance(b))[0];
    if (!sash) throw new Error('The secondary side bar has no border to drag.');
    const [x, y] = [sash.x + sash.width / 2, sash.y + sash.height / 2];
    await this.page.mouse.move(x, y);
    await this.page.mouse.down();
    await this.page.mouse.move(x - pixels, y, { steps: 8 });
    await this.page.mouse.up();
  }

  /** Picks an entry of the quick pick that is open or about to open, by its label or by anything it says. */
  async choose(label: string | RegExp, { timeout = uiTimeout } = {}): Promise<void> {
    const list = this.page.locator('.quick-input-list');
    const entry =
      typeof label === 'string'
        ? list.getByText(label, { exact: true })
        : list.locator('.monaco-list-row', { hasText: label });
    await entry.first().click({ timeout });
  }

  /**
   * Runs a command that opens a quick pick, and picks an entry. The focus that comes back to a webview when the palette
   * closes may close the pick as well: then it is opened anew.
   */
  async chooseFrom(command: string, label: string | RegExp): Promise<void> {
    const attempt = async () => {
      await this.runCommand(command);
      await this.choose(label, { timeout: uiTimeout / 4 });
    };
    await vi.waitFor(attempt, { timeout: 2 * uiTimeout });
  }

  /** Types into the input box that is open or about to open. */
  async enter(text: string): Promise<void> {
    const box = this.page.locator(
      '.quick-input-widget:not(:has(.quick-input-list .monaco-list-row)) input.input',
    );
    await box.first().fill(text);
    await this.page.keyboard.press('Enter');
  }

  /** The webview's frame that holds a visible match of the selector, as soon as there is one. */
  async webview(selector: string, timeout = uiTimeout): Promise<Frame> {
    const find = async () => {
      for (const frame of this.page.frames().slice(1)) {
        const isVisible = frame.locator(selector).first().isVisible();
        if (await isVisible.catch(() => false)) return frame; // rejected: the frame was detached meanwhile
      }
      return undefined;
    };
    const found = await vi.waitUntil(find, { timeout, interval: 100 }).catch(() => undefined);
    if (found === undefined) throw new Error(`No webview shows ${selector} after ${timeout} ms.`);
    return found;
  }

  /** What an output channel of the extension has logged, over all windows and restarts, oldest first. */
  log(channel: string): string {
    const logs = join(this.profile.userData, 'logs');
    const name = `${channel.replaceAll(/[\\/:*?"<>|]/g, '')}.log`; // as VS Code names it
    return readdirSync(logs, { recursive: true, encoding: 'utf8' })
      .filter((file) => basename(file) === name)
      .sort()
      .map((file) => readFileSync(join(logs, file), 'utf8'))
      .join('');
  }

  /** Files of that name in the extension's storage of this workspace. */
  sessionFiles(name: string): string[] {
    const storage = join(this.profile.userData, 'User/workspaceStorage');
    return readdirSync(storage, { recursive: true, encoding: 'utf8' })
      .filter((file) => basename(file) === name)
      .map((file) => join(storage, file));
  }

  /** Where the extension is installed. */
  extensionFolder(): string {
    const name = readdirSync(this.profile.extensions).find((entry) => entry.startsWith('virtual-context.'));
    if (name === undefined) throw new Error('The extension is not installed.');
    return join(this.profile.extensions, name);
  }

  extensionHostPid(): number | undefined {
    const server = this.server?.pid ?? 0;
    return findProcesses('--type=extensionHost').find((process) => isDescendant(process, server))?.pid;
  }

  diskProcessPid(): number | undefined {
    return this.diskProcessPids()[0];
  }

  diskProcessPids(): number[] {
    return findProcesses(this.extensionFolder(), 'disk.js').map(({ pid }) => pid);
  }

  /** Saves what is seen to test-results/<name>.png. */
  async screenshot(name: string): Promise<void> {
    await this.page.screenshot({ path: join(root, 'test-results', `${name}.png`) });
  }
}
