import { commands } from 'vscode';

/** @returns tells the editor `virtualContext.<name>`, for `when` clauses, where it is another than it was told last */
export function contextKey(name: string): (value: boolean) => void {
  let told: boolean | undefined;
  return (value) => {
    if (told === value) return;
    told = value;
    void commands.executeCommand('setContext', `virtualContext.${name}`, value);
  };
}
