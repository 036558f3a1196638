/** A function call as one line: what it looks at, in as few words as possible. */
import type { Place } from '../protocol';
import type { CallItem } from './Transcript';

const ICONS: Readonly<Record<string, string>> = {
  read_file: 'file-text',
  edit_file: 'diff',
  write_file: 'new-file',
  move_file: 'references',
  delete_file: 'trash',
  search_workspace: 'search',
  grep: 'regex',
  list_directory: 'folder-opened',
  page_in: 'arrow-swap',
  pin_note: 'pin',
  edit_note: 'edit',
  unpin_note: 'pinned-dirty',
  recall_search: 'history',
  archival_search: 'library',
  archival_insert: 'archive',
  compact_context: 'fold',
  reset_context: 'debug-restart',
  update_plan: 'checklist',
  spawn: 'organization',
  run_command: 'terminal',
  command_output: 'output',
  stop_command: 'debug-stop',
};

/** @returns the codicon of a function */
export function callIcon(name: string): string {
  return ICONS[name] ?? 'tools';
}

/** @returns the arguments indented, or as they are when the model wrote broken JSON */
export function prettyArguments(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json;
  }
}

/** @returns the values of the arguments in the order written, e.g. `login flow · src/**`; paths with their lines */
export function shortArguments(json: string): string {
  const args = parse(json);
  if (!args) return json;
  const { path, startLine, endLine, ...rest } = args;
  const parts: string[] = [];
  if (typeof path === 'string') parts.push(placeLabel(placeFrom(path, startLine, endLine)));
  for (const [name, value] of Object.entries(rest)) {
    if (typeof value === 'string') parts.push(oneLine(value));
    else if (name === 'items' && Array.isArray(value)) parts.push(planLabel(value));
    else if (name === 'page') parts.push(`page ${String(value)}`);
    else if (value !== null && value !== undefined) parts.push(oneLine(JSON.stringify(value)));
  }
  return parts.join(' · ');
}

/** @returns the lines a click on the row opens: what was shown, else what was asked for unless it could not be read */
export function placeOf(call: CallItem): Place | undefined {
  const shown = call.outcome?.places[0];
  if (shown) return shown;
  if (call.name !== 'read_file' || call.outcome?.isError) return undefined;
  const args = parse(call.arguments);
  return typeof args?.path === 'string' ? placeFrom(args.path, args.startLine, args.endLine) : undefined;
}

/** @returns `src/a.ts:10-20` */
export function placeLabel({ path, startLine, endLine }: Place): string {
  if (startLine === undefined) return path;
  return endLine === undefined || endLine === startLine
    ? `${path}:${startLine}`
    : `${path}:${startLine}-${endLine}`;
}

/** @returns e.g. `major fault · archival · 812 tokens`; empty while the call runs */
export function outcomeLabel({ outcome }: CallItem): string {
  if (!outcome) return '';
  const parts = outcome.fault ? [`${outcome.fault.kind} fault`, outcome.fault.tier] : [];
  if (outcome.isError) parts.unshift('failed');
  parts.push(`${outcome.tokens.toLocaleString('en-US')} ${outcome.tokens === 1 ? 'token' : 'tokens'}`);
  return parts.join(' · ');
}

/** @returns how far a plan has come, and what is in work */
function planLabel(items: readonly unknown[]): string {
  const read = items.map((item) => Object(item) as Record<string, unknown>);
  const done = read.filter(({ state }) => state === 'done').length;
  const current = read.find(({ state }) => state === 'active')?.text;
  return [`${done}/${items.length} done`, ...(typeof current === 'string' ? [oneLine(current)] : [])].join(
    ' · ',
  );
}

function placeFrom(path: string, startLine: unknown, endLine: unknown): Place {
  return {
    path,
    ...(isLine(startLine) ? { startLine } : {}),
    ...(isLine(startLine) && isLine(endLine) ? { endLine } : {}),
  };
}

function isLine(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
}

function parse(json: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
