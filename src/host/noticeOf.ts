/** Interrupts are written for the model; the person gets one line, and may read what the model was told. Pure. */
import { headingOf } from '../engine/attachments';
import { cutText } from '../engine/cutText';
import type { InterruptKind } from '../engine/events';
import type { ChatEvent } from '../webview/protocol';

type Notice = Extract<ChatEvent, { type: 'notice' }>;

/** More than this of what the model was told is not shown, UTF-16 units: it is a page of the session's log. */
const DETAIL_CHARS = 4000;

/** In a call's own row, at the end of a turn, as a chat's first message. */
const SHOWN_ELSEWHERE = ['failedCall', 'cancelled', 'opener'] as const;
type ShownElsewhere = (typeof SHOWN_ELSEWHERE)[number];

/** @returns undefined for what shows elsewhere */
export function noticeOf(kind: InterruptKind, text: string): Notice | undefined {
  if (isShownElsewhere(kind)) return undefined;
  const line = lineOf(kind, text);
  const detail = text.trim() === line ? '' : cutText(text.trim(), DETAIL_CHARS);
  return { type: 'notice', kind, text: line, ...(detail === '' ? {} : { detail }) };
}

function isShownElsewhere(kind: InterruptKind): kind is ShownElsewhere {
  return SHOWN_ELSEWHERE.some((elsewhere) => elsewhere === kind);
}

function lineOf(kind: Exclude<InterruptKind, ShownElsewhere>, text: string): string {
  const [first = '', ...rest] = text.split('\n').filter((line) => line.trim() !== '');
  switch (kind) {
    case 'memoryPressure':
      return 'Memory pressure: the model was told that the oldest pages go next';
    case 'thrashing':
      return 'Pages come back soon after they were evicted: more is kept in the window for a while';
    case 'notesChanged':
      return 'Changed notes passed on to the model';
    case 'planChanged':
      return 'The changed plan was passed on to the model';
    case 'rulesChanged':
      return 'Changed rules passed on to the model';
    case 'resumed':
      return 'Continued';
    case 'hint':
      return 'The model was pointed at what was found for your message';
    case 'attached':
      return attachedLine(first);
    case 'fileChanged':
      return changedLine(first);
    case 'diagnosticsChanged':
      // After a heading, a line for each problem.
      return first.endsWith(':') && rest.length > 0 ? `${first} ${rest[0]}${more(rest.length - 1)}` : first;
    case 'prefetch':
    case 'childFinished':
    case 'commandFinished':
    case 'timer':
      return first;
  }
}

/** Addresses of pages say nothing to the person. */
function changedLine(line: string): string {
  const [, changed] = /^Stale: \S+ no longer matches (.+); (?:now:|read the file again\.)$/.exec(line) ?? [];
  if (changed !== undefined) return `${changed} has changed: the model was told`;
  return line.replace(/^(?:Stale|Fresh again): \S+: /, '');
}

function more(count: number): string {
  return count === 0 ? '' : ` (and ${count} more)`;
}

/** What could not be attached says so itself. */
function attachedLine(first: string): string {
  const heading = headingOf('');
  return first.startsWith(heading) ? `Attached ${first.slice(heading.length)}` : first;
}
