/** How git is asked, so that nothing runs that a repository's own settings name, and nothing is fetched. */

/**
 * Before the command: no pager, no hook (git diff writes the index when a file was only touched, which has one), no
 * signature check, no external diff, no monitor, no fetch of what a partial clone lacks.
 */
export const gitGuards: readonly string[] = [
  '--no-pager',
  ...[
    'core.hooksPath=/dev/null',
    'core.fsmonitor=false',
    'log.showSignature=false',
    'diff.external=',
    'protocol.allow=never',
  ].flatMap((setting) => ['-c', setting]),
];

/** Added to the environment. The folder says which repository is meant, also where a hook of another one has started us. */
export const gitEnvironment = {
  GIT_DIR: undefined,
  GIT_WORK_TREE: undefined,
  GIT_INDEX_FILE: undefined,
  GIT_NO_LAZY_FETCH: '1',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_TERMINAL_PROMPT: '0',
};
