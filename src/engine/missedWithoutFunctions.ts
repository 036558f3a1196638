/** What a person misses who chooses a model that cannot call functions; the engine and the picker say the same. */
export const MISSED_WITHOUT_FUNCTIONS =
  'It answers from what is in the window: it reads and searches no files, edits nothing, runs no commands, and looks ' +
  'nothing up in earlier chats or notes. Attach what it should see, or choose another model.';
