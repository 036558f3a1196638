/** The page of a webview: one script, its style sheets and the icon font, under a policy that allows nothing else. */
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

interface WebviewPage {
  /** Name of the bundle in dist/webview. */
  readonly script: keyof typeof STYLES;
  readonly title: string;
}

const STYLES = {
  chat: [
    'webview.css',
    'markdown.css',
    'chat.css',
    'tool-row.css',
    'plan.css',
    'changes.css',
    'commands.css',
    'prompt.css',
    'gauge.css',
  ],
  notes: ['webview.css', 'notes.css'],
} as const;

/** Lets a webview run scripts and read its own files, nothing else. */
export function configureWebview(webview: vscode.Webview, extensionUri: vscode.Uri): void {
  webview.options = {
    enableScripts: true,
    localResourceRoots: [
      vscode.Uri.joinPath(extensionUri, 'dist', 'webview'),
      vscode.Uri.joinPath(extensionUri, 'media'),
    ],
  };
}

/** @returns the page's HTML; its content security policy admits the one script by nonce and styles from the extension */
export function webviewHtml(webview: vscode.Webview, extensionUri: vscode.Uri, page: WebviewPage): string {
  const uri = (...path: string[]) =>
    webview.asWebviewUri(vscode.Uri.joinPath(extensionUri, ...path)).toString();
  const nonce = randomBytes(16).toString('base64');
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${webview.cspSource}`,
    `font-src ${webview.cspSource}`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="UTF-8">
  <meta http-equiv="Content-Security-Policy" content="${policy}">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>${page.title}</title>
  <link rel="stylesheet" href="${uri('dist', 'webview', 'codicon.css')}" id="vscode-codicon-stylesheet">
${STYLES[page.script].map((name) => `  <link rel="stylesheet" href="${uri('media', name)}">`).join('\n')}
</head>
<body>
  <script nonce="${nonce}" src="${uri('dist', 'webview', `${page.script}.js`)}"></script>
</body>
</html>`;
}
