import '@vscode-elements/elements/dist/vscode-button/index.js';
import type { VsCodeApi } from '../shared/HostConnection';
import { ChatPanel } from './ChatPanel';

declare function acquireVsCodeApi(): VsCodeApi;

document.body.append(new ChatPanel(acquireVsCodeApi()));
