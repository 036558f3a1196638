import { type Mock, vi } from 'vitest';
import type { ChatActions } from '../../../src/host/chatRequests';

export type FakeActions = { [Name in keyof ChatActions]: Mock<ChatActions[Name]> };

/** What a view may have VS Code do, to be looked at or replaced by a test: nothing is done, nothing found. */
export function fakeActions(): FakeActions {
  return {
    openFile: vi.fn(async () => undefined),
    folderIsOpen: vi.fn(() => true),
    openFolder: vi.fn(async () => undefined),
    answerApproval: vi.fn(() => undefined),
    moveCommand: vi.fn(() => undefined),
    stopCommand: vi.fn(async () => undefined),
    showCommand: vi.fn(async () => undefined),
    selectModel: vi.fn(async () => undefined),
    selectMode: vi.fn(async () => undefined),
    allowEdits: vi.fn(async () => undefined),
    showChanges: vi.fn(async () => undefined),
    keepChanges: vi.fn(async () => undefined),
    undoChanges: vi.fn(async () => undefined),
    restoreCheckpoint: vi.fn(async () => undefined),
    regenerate: vi.fn(async () => undefined),
    findMentions: vi.fn(async () => []),
    weighMentions: vi.fn(async () => []),
    mentionUris: vi.fn(async () => ''),
    slash: vi.fn(async () => ({})),
    codeBlock: vi.fn<ChatActions['codeBlock']>(async () => ({})),
    showMemory: vi.fn(async () => undefined),
    setApiKey: vi.fn(async () => undefined),
    openWindowSetting: vi.fn(async () => undefined),
  };
}
