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
  ];
  expect(paths.filter((path) => !isProtectedPath(path))).toEqual([]);
});

it('protects nothing else', () => {
  const paths = [
    'src/vscode/a.ts',
    'agents.ts',
    'README.md',
    '.github/workflows/ci.yml',
    'package.json',
    'a.md',
  ];
  expect(paths.filter(isProtectedPath)).toEqual([]);
});
