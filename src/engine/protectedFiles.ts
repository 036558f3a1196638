/** Files that editors, agents, git, package managers and CI obey: whoever writes them can make others act, so every edit of one asks the person. */

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
  '.zed',
  '.amazonq',
  '.junie',
  '.trae',
  '.cargo',
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
  // Package managers, version managers and git run or load what these say.
  /^\.(npmrc|yarnrc|yarnrc\.yml|pnpmfile\.c?js|gitattributes|gitmodules|tool-versions)$/,
  /^\.?mise(\.[\w-]+)?\.toml$/,
  /^\.pre-commit-(config|hooks)\.ya?ml$/,
  /^\.?lefthook(-local)?\.(ya?ml|toml|json)$/,
];

const GITHUB =
  /(^|\/)\.github\/(copilot-instructions\.md$|(instructions|prompts|chatmodes|agents|hooks|workflows|actions)\/)/;

/** @returns a name without what Windows ignores: what a colon begins, dots and spaces at the end */
function windowsName(part: string): string {
  return part.replace(/:.*$/s, '').replace(/(?<![ .])[ .]+$/, '');
}

/** @param path a workspace path, links resolved, with either separator */
export function isProtectedPath(path: string): boolean {
  const parts = path.toLowerCase().split(/[\\/]/).map(windowsName);
  const slashed = parts.join('/');
  const name = parts.at(-1) ?? '';
  return (
    // A file by such a name is what some tools read instead of a folder.
    parts.some((part) => FOLDERS.has(part)) ||
    NAMES.some((pattern) => pattern.test(name)) ||
    GITHUB.test(slashed)
  );
}
