/** Asks the person in a modal dialog. Nothing a file or a tool prints can answer it. */
import { window } from 'vscode';
import type { ApprovalRequest, Approver } from '../engine/ports';

const allow = { title: 'Allow Once' };
/** First, so that a stray Enter allows nothing. */
const deny = { title: 'Don’t Allow' };

export const modalApprover: Approver = {
  async approve(request: ApprovalRequest, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return false;
    const choice = await window.showWarningMessage(
      `The assistant wants to read ${request.path}, which looks like it holds secrets.`,
      { modal: true, detail: 'What it reads is sent to the model you configured.' },
      deny,
      allow,
    );
    return choice === allow && !signal.aborted;
  },
};
