/** Files that editors, agents and git obey: whoever writes them can make others act, so every edit of one asks the person. */

const FOLDERS = new Set([
  '.vscode',
  '.virtual-context',
  '.devcontainer',
  '.idea',
  '.claude',
  '.codex',
  '.continue',
  '.cursor',
  '.clinerules',
  '.gemini',
  '.kiro',
  '.roo',
  '.windsurf',
  '.husky',
]);

const NAMES: readonly RegExp[] = [
  /\.code-workspace$/,
  /^(agents|claude|gemini)(\.[^/]+)?\.md$/,
  /^\.(cursor|cline|roo|windsurf|goose)rules(-[^/]+)?$/,
  /^\.roomodes$/,
  /^\.?mcp\.json$/,
  /^\.devcontainer\.json$/,
  /^\.aider(\.conf\.ya?ml|\.model\.settings\.ya?ml)$/,
  /^\.envrc$/,
];

const GITHUB = /(^|\/)\.github\/(copilot-instructions\.md$|(instructions|prompts|chatmodes|agents|hooks)\/)/;

/** @param path a workspace path, links resolved, with either separator */
export function isProtectedPath(path: string): boolean {
  const slashed = path.toLowerCase().replaceAll('\\', '/');
  const parts = slashed.split('/');
  const name = parts.at(-1) ?? '';
  return (
    // A file by such a name is what some tools read instead of a folder.
    parts.some((part) => FOLDERS.has(part)) ||
    NAMES.some((pattern) => pattern.test(name)) ||
    GITHUB.test(slashed)
  );
}
