import { commands, type Disposable, window } from 'vscode';
import { describeError } from '../engine/errors';

/** Registers `virtualContext.<name>`; when it fails the person is told what to do next. */
export function registerCommand(name: string, handler: (...args: unknown[]) => unknown): Disposable {
  return commands.registerCommand(`virtualContext.${name}`, async (...args: unknown[]) => {
    try {
      return await handler(...args);
    } catch (error) {
      void window.showErrorMessage(`Virtual Context: ${describeError(error)}`);
      return undefined;
    }
  });
}
