/** Asks the person in a modal dialog. Nothing a file or a tool prints can answer it. */
import { window, workspace } from 'vscode';
import { EditsForbiddenError } from '../engine/errors';
import type { Approval, ApprovalRequest, Approver } from '../engine/ports';

/** First, so that a stray Enter allows nothing. */
const deny = { title: 'Don’t Allow' };
/** A dialog does not scroll. */
const MAX_DIFF_LINES = 30;
const MAX_LINE_CHARS = 120;

export const modalApprover: Approver = {
  async approve(request: ApprovalRequest, signal: AbortSignal): Promise<Approval> {
    if (signal.aborted) return { allowed: false };
    const { question, detail, allow } = wordsFor(request);
    const choice = await window.showWarningMessage(question, { modal: true, detail }, deny, allow);
    return { allowed: choice === allow && !signal.aborted };
  },
};

/** @throws EditsForbiddenError in Restricted Mode */
function wordsFor(request: ApprovalRequest) {
  if (request.kind === 'secretFile') {
    return {
      question: `The assistant wants to read ${request.path}, which looks like it holds secrets.`,
      detail: 'What it reads is sent to the model you configured.',
      allow: { title: 'Allow Once' },
    };
  }
  if (request.kind === 'command') {
    return {
      question: 'The assistant wants to run a command.',
      detail: `${request.command}\n\nin ${request.folder}`,
      allow: { title: 'Run Once' },
    };
  }
  if (request.kind === 'fetch') {
    return {
      question: 'The assistant wants to fetch a page.',
      detail: [request.url, request.reason].filter((text) => text !== '').join('\n\n'),
      allow: { title: 'Allow Once' },
    };
  }
  if (!workspace.isTrusted) {
    throw new EditsForbiddenError(
      'Files cannot be edited in Restricted Mode.',
      'Answer without editing, or ask the person to trust the workspace.',
    );
  }
  return {
    question: `The assistant wants to ${request.creates ? 'create' : 'edit'} ${request.path}.`,
    detail: shortened(request.diff),
    allow: { title: request.creates ? 'Create File' : 'Apply Edit' },
  };
}

function shortened(diff: string): string {
  const lines = diff.split('\n');
  const shown = lines
    .slice(0, MAX_DIFF_LINES)
    .map((line) => (line.length > MAX_LINE_CHARS ? `${line.slice(0, MAX_LINE_CHARS)}…` : line));
  const more = lines.length - shown.length;
  return more > 0 ? `${shown.join('\n')}\n… ${more} more lines` : shown.join('\n');
}
