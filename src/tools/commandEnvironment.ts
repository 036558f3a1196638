/**
 * What commands find in their environment beside the person's own: nobody is there to leave a pager or to answer. `CI`
 * because test runners watch for changes, and never end, in a terminal without it; a command can unset it (`CI= npm test`).
 */
export const COMMAND_ENVIRONMENT: Readonly<Record<string, string>> = {
  CI: '1',
  PAGER: 'cat',
  GIT_PAGER: 'cat',
  GIT_TERMINAL_PROMPT: '0',
  GIT_EDITOR: 'true',
  DEBIAN_FRONTEND: 'noninteractive',
};
