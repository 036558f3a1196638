import { expect, it } from 'vitest';
import { isProtectedPath } from '../../../src/engine/protectedFiles';

it('protects what editors, agents and git obey, in any folder and any case', () => {
  const paths = [
    '.vscode/tasks.json',
    'app/.VSCODE/settings.json',
    'x.code-workspace',
    '.virtual-context/rules/a.md',
    'AGENTS.md',
    'lib/agents.local.md',
    'CLAUDE.md',
    '.github/copilot-instructions.md',
    'app/.github/prompts/x.md',
    '.cursor/rules/x.mdc',
    '.cursorrules',
    '.clinerules',
    '.clinerules/a.md',
    '.roorules-code',
    '.devcontainer/devcontainer.json',
    '.devcontainer.json',
    '.mcp.json',
    '.husky/pre-commit',
    '.envrc',
    'app\\.vscode\\launch.json',
    '.vscode./settings.json',
    '.vscode /x',
    'AGENTS.md.',
    'AGENTS.md::$DATA',
    'a/.VSCODE:x:$INDEX_ALLOCATION/tasks.json',
    '.github/workflows/ci.yml',
    '.github/actions/x/action.yml',
    '.npmrc',
    '.yarnrc.yml',
    '.pnpmfile.cjs',
    '.cargo/config.toml',
    '.pre-commit-config.yaml',
    'lefthook.yml',
    '.gitattributes',
    '.gitmodules',
    '.mise.toml',
    'mise.local.toml',
    '.zed/settings.json',
    '.amazonq/rules/a.md',
    '.junie/guidelines.md',
    '.trae/rules.md',
  ];
  expect(paths.filter((path) => !isProtectedPath(path))).toEqual([]);
});

it('protects nothing else', () => {
  const paths = [
    'src/vscode/a.ts',
    'agents.ts',
    'README.md',
    '.github/ISSUE_TEMPLATE/bug.yml',
    'package.json',
    'a.md',
    'src/cargo/x.rs',
    'docs/agents.md.txt',
    'a:b',
    'promise.toml',
  ];
  expect(paths.filter(isProtectedPath)).toEqual([]);
});
