/** Asks the person in a modal dialog. Nothing a file or a tool prints can answer it. */
import { window } from 'vscode';
import type { ApprovalRequest, Approver } from '../engine/ports';

const ALLOW_ONCE = 'Allow Once';

export const modalApprover: Approver = {
  async approve(request: ApprovalRequest, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return false;
    const choice = await window.showWarningMessage(
      `The assistant wants to read ${request.path}, which looks like it holds secrets.`,
      { modal: true, detail: 'What it reads is sent to the model you configured.' },
      ALLOW_ONCE,
    );
    return choice === ALLOW_ONCE && !signal.aborted;
  },
};
