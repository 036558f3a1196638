/** The slash commands that the input box completes; the host runs them. */
export interface SlashCommand {
  readonly name: string;
  /** What may follow it. */
  readonly rest: string;
  readonly detail: string;
}

export const SLASH_COMMANDS: readonly SlashCommand[] = [
  { name: 'new', rest: '', detail: 'New chat' },
  { name: 'compact', rest: 'what to keep', detail: 'Summarise and make room in the window' },
  { name: 'reset', rest: '', detail: 'Empty the window: notes, rules and a summary stay' },
  { name: 'rewind', rest: '', detail: 'Go back to an earlier message' },
  { name: 'pin', rest: 'note', detail: 'Pin a note, or the selected lines' },
  { name: 'model', rest: '', detail: 'Select the model' },
  { name: 'mode', rest: 'ask, edit or auto', detail: 'Choose what the assistant may do' },
  { name: 'plan', rest: 'what to plan', detail: 'Write a plan in the mode Ask; carry it out later' },
  { name: 'explain', rest: 'question', detail: 'Explain the selection or the open file' },
  { name: 'fix', rest: 'what is wrong', detail: 'Fix the selection or the open file' },
  { name: 'tests', rest: 'what to test', detail: 'Write tests for the selection or the open file' },
  { name: 'review', rest: 'what to look at', detail: 'Review the selection or the changes in git' },
];

/** @returns the command that a message is, whether there is such a one or not */
export function slashCommandOf(
  message: string,
): { readonly name: string; readonly rest: string; readonly known: boolean } | undefined {
  const [, name, rest = ''] = /^\/([\w-]+)(?:\s+([\s\S]*))?$/.exec(message.trim()) ?? [];
  if (name === undefined) return undefined;
  return { name, rest, known: SLASH_COMMANDS.some((command) => command.name === name) };
}
