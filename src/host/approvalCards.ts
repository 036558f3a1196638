/** What the person is asked, in words. Pure. */
import type { ApprovalRequest } from '../engine/approvals';
import { cutText } from '../engine/cutText';
import type { ApprovalCard, ApprovalChoice } from '../webview/protocol';

/** As much on purpose: what is allowed is to be seen. A card scrolls, and yet has an end. */
const MAX_DIFF_CHARS = 200_000;

const SECRET_ACTS = {
  read: 'Read',
  edit: 'Edit',
  write: 'Write',
  delete: 'Delete',
  move: 'Move',
} as const;

const deny: ApprovalChoice = { decision: 'deny', label: 'Don’t Allow' };

/** @returns the card without its id; its first choice allows nothing */
export function approvalCard(request: ApprovalRequest): Omit<ApprovalCard, 'id'> {
  switch (request.kind) {
    case 'secretFile':
      return {
        kind: request.kind,
        title: `${SECRET_ACTS[request.change?.act ?? 'read']} ${seen(request.path)}?`,
        detail: 'It looks like it holds secrets. What is read of it is sent to the model you configured.',
        ...(request.change?.diff ? { diff: cut(request.change.diff) } : {}),
        choices: [deny, { decision: 'once', label: 'Allow Once' }],
      };
    case 'edit':
      return {
        kind: request.kind,
        title: `${request.creates ? 'Create' : 'Edit'} ${seen(request.path)}?`,
        detail: '',
        diff: cut(request.diff),
        choices: [deny, { decision: 'once', label: request.creates ? 'Create File' : 'Apply Edit' }],
      };
    case 'fetch':
      return {
        kind: request.kind,
        title: 'Fetch this address?',
        detail: request.reason === '' ? request.url : `${request.url}\n${request.reason}`,
        choices: [deny, { decision: 'once', label: 'Allow Once' }],
      };
    case 'command':
      return commandCard(request);
  }
}

/** @returns an entry of the list of allowed commands, as the person reads it */
export function allowedLabel(prefix: string): string {
  return / \$$/.test(prefix) ? `${prefix.slice(0, -2)} (with nothing behind it)` : `${prefix} …`;
}

function commandCard({
  command,
  folder,
  background,
  reason,
  dangerous,
  prefixes,
}: Extract<ApprovalRequest, { kind: 'command' }>): Omit<ApprovalCard, 'id'> {
  const choices: ApprovalChoice[] = [deny, { decision: 'once', label: 'Run Once' }];
  if (prefixes.length > 0) {
    const named = prefixes.map(allowedLabel).join(', ');
    choices.push(
      { decision: 'session', label: 'Allow in This Session', about: named },
      { decision: 'always', label: 'Always Allow', about: named },
    );
  }
  const lines = command.split('\n').length;
  const where = background ? `In ${seen(folder)}, in the background.` : `In ${seen(folder)}.`;
  return {
    kind: 'command',
    title: 'Run this command?',
    detail: [where, lines > 1 ? `${lines} lines.` : '', `The command ${seen(reason)}.`]
      .filter(Boolean)
      .join(' '),
    command,
    ...(dangerous ? { dangerous } : {}),
    choices,
  };
}

/** Names of files may hold what ends a line, or cannot be seen. */
function seen(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

/** Whole lines, unless one alone is too long, with a mark that says what is not shown. */
function cut(diff: string): string {
  if (diff.length <= MAX_DIFF_CHARS) return diff;
  const end = diff.lastIndexOf('\n', MAX_DIFF_CHARS);
  // Of a line without an end its beginning says more than what stands before it.
  const splits = end < MAX_DIFF_CHARS / 2;
  const shown = splits ? cutText(diff, MAX_DIFF_CHARS) : diff.slice(0, end);
  const more = diff.slice(shown.length).replace(/\n$/, '').split('\n').length - 1;
  if (!splits && more === 0) return diff;
  const where = splits ? 'cut here, within a line' : 'cut here';
  return `${shown}\n[${where}: ${more.toLocaleString('en-US')} more ${more === 1 ? 'line is' : 'lines are'} not shown]`;
}
