/**
 * The engine with everything it is given in the editor: a bundle of its own, loaded when the first session is opened and
 * not at activation. Nothing but the composition root imports it, by dynamic import.
 */
export { AgentProcess } from './engine/AgentProcess';
export { editorLanguage } from './host/editorLanguage';
export { OfflineModel } from './models/offlineModel';
export { createFunctions } from './tools';
export { BackgroundCommands } from './tools/backgroundCommands';
export { ChildCommands, commandShell } from './tools/childCommands';
export { COMMAND_ENVIRONMENT } from './tools/commandEnvironment';
export { endTree } from './tools/endTree';
export { lineChanges } from './tools/lineChanges';
export { unifiedDiff } from './tools/unifiedDiff';
export { NodeWorkspaceFiles } from './tools/workspaceFiles';
export { workspaceRules } from './tools/workspaceRules';
