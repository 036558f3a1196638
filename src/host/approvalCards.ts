/** What the person is asked, in words. Pure. */
import type { ApprovalRequest } from '../engine/ports';
import type { ApprovalCard, ApprovalChoice } from '../webview/protocol';

/** A card scrolls, and yet has an end. */
const MAX_DETAIL_CHARS = 20_000;

const deny: ApprovalChoice = { decision: 'deny', label: 'Don’t Allow' };

/** @returns the card without its id; its first choice allows nothing */
export function approvalCard(request: ApprovalRequest): Omit<ApprovalCard, 'id'> {
  switch (request.kind) {
    case 'secretFile':
      return {
        kind: request.kind,
        title: `Read ${request.path}?`,
        detail: 'It looks like it holds secrets. What is read is sent to the model you configured.',
        choices: [deny, { decision: 'once', label: 'Allow Once' }],
      };
    case 'edit':
      return {
        kind: request.kind,
        title: `${request.creates ? 'Create' : 'Edit'} ${request.path}?`,
        detail: '',
        diff: request.diff.slice(0, MAX_DETAIL_CHARS),
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
  const where = background ? `In ${folder}, in the background.` : `In ${folder}.`;
  return {
    kind: 'command',
    title: 'Run this command?',
    detail: `${where} The command ${reason}.`,
    command,
    ...(dangerous ? { dangerous } : {}),
    choices,
  };
}
