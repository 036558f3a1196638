/** An exported chat as Markdown for people. */
import { codeFence } from '../engine/codeFence';
import { cutText } from '../engine/cutText';
import type { ExportedChat } from './exportedChat';

/** More of one attached text is in the JSON only, UTF-16 units. */
const ATTACHED_CHARS = 4000;
const BOXES = { open: '[ ]', active: '[ ] *(now)*', done: '[x]' } as const;

type UserMessage = Extract<ExportedChat['messages'][number], { role: 'user' }>;

/** @returns what was said and attached, which calls were made, the plan and the notes */
export function chatMarkdown({ title, messages, plan, notes }: ExportedChat): string {
  const parts = [`# ${title}`];
  let speaker = '';
  for (const part of messages) {
    if (part.role === 'tool') continue;
    if (part.role === 'user') parts.push('## You', part.text, ...attachedParts(part));
    else {
      if (speaker !== part.role) parts.push('## Assistant');
      if (part.text !== '') parts.push(part.text);
      if (part.calls.length > 0) parts.push(part.calls.map(callLine).join('\n'));
    }
    speaker = part.role;
  }
  if (plan.length > 0)
    parts.push('## Plan', plan.map(({ text, state }) => `- ${BOXES[state]} ${text}`).join('\n'));
  if (notes.length > 0)
    parts.push('## Pinned notes', notes.map(({ text }) => `- ${text.replace(/\n/g, '\n  ')}`).join('\n'));
  return `${parts.join('\n\n')}\n`;
}

function attachedParts({ attachments = [] }: UserMessage): string[] {
  return attachments.flatMap(({ label, text }) => {
    const shown = cutText(text, ATTACHED_CHARS);
    const rest = shown === text ? '' : `\n… (${text.length.toLocaleString('en-US')} characters in all)`;
    const fence = codeFence(text);
    return [`*Attached: ${label}*`, `${fence}\n${shown.replace(/\n$/, '')}${rest}\n${fence}`];
  });
}

function callLine({ name, arguments: args }: { readonly name: string; readonly arguments: string }): string {
  const fence = codeFence(args, 1);
  const pad = args.startsWith('`') || args.endsWith('`') ? ' ' : '';
  return `- **${name}** ${fence}${pad}${args.replace(/\s+/g, ' ')}${pad}${fence}`;
}
