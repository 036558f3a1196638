import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { build } from 'esbuild';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { inject } from 'vitest';
import type * as vscode from 'vscode';
import { root } from '../../../scripts/run.mjs';
import { connectBrowser } from '../startBrowser';
import themes from './themes.json';

export type Theme = keyof typeof themes;

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.ttf': 'font/ttf',
};

/** What VS Code sets beside the theme's colours. */
const FONTS = {
  '--vscode-font-family': 'system-ui, sans-serif',
  '--vscode-font-size': '13px',
  '--vscode-font-weight': 'normal',
  '--vscode-editor-font-family': 'monospace',
};

/** The style sheet VS Code puts into every webview, as far as it matters here. */
const DEFAULT_STYLES = `@layer vscode-default {
  body { color: var(--vscode-editor-foreground); padding: 0 20px; }
  a, a code { color: var(--vscode-textLink-foreground); }
  code {
    color: var(--vscode-textPreformat-foreground);
    background-color: var(--vscode-textPreformat-background);
    padding: 1px 3px;
  }
  blockquote { background: var(--vscode-textBlockQuote-background); }
}`;

/**
 * Webviews in Chromium without VS Code around them: the providers are real, and so are the bundle, the style sheets, the
 * content security policy and the messages; the page around them has VS Code's theme variables.
 */
export class WebviewBrowser {
  private readonly files = new Map<string, Uint8Array>();

  private constructor(
    private readonly browser: Browser,
    private readonly server: Server,
  ) {}

  static async launch(): Promise<WebviewBrowser> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const browser = await connectBrowser(inject('browser'));
    const self = new WebviewBrowser(browser, server);
    await self.bundle();
    server.on('request', (request, response) => {
      const path = request.url?.split('?')[0] ?? '';
      const body = self.files.get(path);
      response.writeHead(body ? 200 : 404, { 'content-type': TYPES[extname(path)] ?? 'text/html' }).end(body);
    });
    return self;
  }

  /** Shows what the provider makes of a view. */
  async open(
    provider: vscode.WebviewViewProvider,
    options: { theme?: Theme; width?: number; height?: number } = {},
  ): Promise<WebviewPage> {
    const { theme = 'dark', width = 420, height = 760 } = options;
    const context = await this.browser.newContext({
      viewport: { width, height },
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    const view = new WebviewPage(context, await context.newPage(), this.origin);
    const html = await view.resolve(provider, theme);
    this.files.set('/page.html', Buffer.from(html));
    await view.page.goto(`${this.origin}/page.html`);
    return view;
  }

  async close(): Promise<void> {
    await this.browser.close();
    this.server.close();
  }

  private get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  private async bundle(): Promise<void> {
    const { outputFiles } = await build({
      absWorkingDir: root,
      entryPoints: { chat: 'src/webview/chat/main.ts', notes: 'src/webview/notes/main.ts' },
      outdir: '/dist/webview',
      bundle: true,
      write: false,
      format: 'iife',
      target: 'es2023',
      logLevel: 'silent',
    });
    for (const { path, contents } of outputFiles) this.files.set(path, contents);
    for (const name of ['codicon.css', 'codicon.ttf']) {
      this.files.set(
        `/dist/webview/${name}`,
        readFileSync(join(root, 'node_modules/@vscode/codicons/dist', name)),
      );
    }
    for (const name of [
      'webview.css',
      'markdown.css',
      'chat.css',
      'tool-row.css',
      'commands.css',
      'plan.css',
      'prompt.css',
      'changes.css',
      'gauge.css',
      'notes.css',
    ]) {
      this.files.set(`/media/${name}`, readFileSync(join(root, 'media', name)));
    }
  }
}

/** One webview; `page` is what the person sees of it. */
export class WebviewPage {
  /** What went wrong in the page, violations of the content security policy among it. */
  readonly problems: string[] = [];
  private posted: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly context: BrowserContext,
    readonly page: Page,
    private readonly origin: string,
  ) {
    page.on('pageerror', (error) => this.problems.push(String(error)));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) this.problems.push(message.text());
    });
  }

  /** Everything posted so far has arrived. */
  async settled(): Promise<void> {
    await this.posted;
    await this.page.evaluate(
      () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
    );
  }

  byTestId(id: string) {
    return this.page.locator(`[data-testid=${id}]`);
  }

  /** Hides the view and shows it again: VS Code keeps only the state the page has saved. */
  async hideAndShow(): Promise<void> {
    await this.page.reload();
  }

  async close(): Promise<void> {
    await this.context.close();
  }

  /** @returns the HTML the provider sets */
  async resolve(provider: vscode.WebviewViewProvider, theme: Theme): Promise<string> {
    const listeners: ((data: unknown) => void)[] = [];
    await this.page.exposeFunction('postToHost', (data: unknown) => {
      for (const listener of listeners) listener(data);
    });
    const variables = Object.entries({ ...themes[theme], ...FONTS }).map(
      ([name, value]) => `${name}: ${value};`,
    );
    const root = `:root { ${variables.join(' ')} background: var(--vscode-sideBar-background); }`;
    await this.page.addInitScript(preparePage, `${root} ${DEFAULT_STYLES}`);
    const webview = {
      options: {},
      html: '',
      cspSource: this.origin,
      asWebviewUri: ({ path }: { path: string }) => `${this.origin}${path}`,
      onDidReceiveMessage: (listener: (data: unknown) => void) => {
        listeners.push(listener);
        return { dispose: () => undefined };
      },
      postMessage: (message: unknown) => {
        this.posted = this.posted
          .then(() => this.page.evaluate((data) => window.postMessage(data, '*'), message))
          .catch(() => undefined);
        return this.posted;
      },
    };
    const view = { webview, onDidDispose: () => ({ dispose: () => undefined }) };
    provider.resolveWebviewView(
      view as unknown as vscode.WebviewView,
      {} as vscode.WebviewViewResolveContext,
      {} as vscode.CancellationToken,
    );
    return webview.html;
  }
}

/** Runs in the page, before its own script. */
function preparePage(styles: string): void {
  // There is no element to style yet.
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(styles);
  document.adoptedStyleSheets = [sheet];
  Object.assign(window, {
    acquireVsCodeApi: () => ({
      postMessage: (data: unknown) =>
        (window as unknown as { postToHost(data: unknown): void }).postToHost(data),
      getState: () => JSON.parse(sessionStorage.getItem('state') ?? 'null'),
      setState: (state: unknown) => sessionStorage.setItem('state', JSON.stringify(state)),
    }),
  });
}
