import { expect, it } from 'vitest';
import { ChildCommands, commandShell, shellArguments } from '../../../src/tools/childCommands';

it.each([
  ['/bin/bash', ['-c', 'echo "a b" && x'], false],
  ['C:\\Windows\\System32\\cmd.exe', ['/d', '/s', '/c', '"echo "a b" && x"'], true],
  ['CMD', ['/d', '/s', '/c', '"echo "a b" && x"'], true],
  ['C:\\pwsh.exe', ['-NoProfile', '-NonInteractive', '-Command', 'echo "a b" && x'], false],
  ['powershell', ['-NoProfile', '-NonInteractive', '-Command', 'echo "a b" && x'], false],
])('has %s run a command', (shell, args, verbatim) => {
  expect(shellArguments(shell, 'echo "a b" && x')).toEqual({ args, verbatim });
});

it('takes the person\u2019s shell, unless nobody here can judge what that is told', () => {
  expect(commandShell('/usr/bin/zsh', 'darwin')).toBe('/usr/bin/zsh');
  expect(commandShell('/usr/bin/fish', 'linux')).toMatch(/\/(ba)?sh$/);
  expect(commandShell('C:\\cmd.exe', 'win32')).toBe('C:\\cmd.exe');
  expect(new ChildCommands(undefined, 'win32').shell()).toBe('powershell.exe');
});
