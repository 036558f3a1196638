import '@vscode-elements/elements/dist/vscode-badge/index.js';
import type { VsCodeApi } from '../shared/HostConnection';
import { NotesPanel } from './NotesPanel';

declare function acquireVsCodeApi(): VsCodeApi;

document.body.append(new NotesPanel(acquireVsCodeApi()));
