/**
 * Joins the fragments in which servers stream function calls. The API numbers calls by `index` and sends id and name
 * once; other servers leave out the index or the id, repeat the name, send calls whole (all of them as index 0), or send
 * arguments as an object instead of JSON text.
 */
import type { ToolCall } from '../engine/chat';
import { newCallId } from './callId';

export interface ToolCallFragment {
  readonly index?: number | null;
  readonly id?: string | null;
  readonly function?: { readonly name?: string | null; readonly arguments?: unknown } | null;
}

interface OpenCall {
  index: number | undefined;
  id: string;
  name: string;
  arguments: string;
}

export class ToolCallJoiner {
  private readonly calls: OpenCall[] = [];

  get size(): number {
    return this.calls.length;
  }

  add(fragment: ToolCallFragment): void {
    const id = fragment.id ?? '';
    const name = fragment.function?.name ?? '';
    const text = argumentsText(fragment.function?.arguments);
    const open = this.find(fragment.index ?? undefined, id, name);
    if (!open || startsAnother(open, id, name, text)) {
      this.calls.push({ index: fragment.index ?? undefined, id, name, arguments: text });
      return;
    }
    open.id ||= id;
    open.name ||= name;
    open.arguments += text;
  }

  /**
   * The joined calls in the order in which they began.
   * @param taken ids already used in the conversation: a repeated id would make two calls one
   */
  finish(taken: ReadonlySet<string>): ToolCall[] {
    const used = new Set(taken);
    return this.calls.map(({ id, name, arguments: text }) => {
      const unique = id === '' || used.has(id) ? newCallId() : id;
      used.add(unique);
      return { id: unique, name, arguments: text.trim() === '' ? '{}' : text };
    });
  }

  /** The call a fragment belongs to: the latest with its index, else with its id, else the last one begun. */
  private find(index: number | undefined, id: string, name: string): OpenCall | undefined {
    if (index !== undefined) return this.calls.findLast((call) => call.index === index);
    const named = id === '' ? undefined : this.calls.find((call) => call.id === id);
    return named ?? (name === '' || id === '' ? this.calls.at(-1) : undefined);
  }
}

/** Whether a fragment is not a part of the open call but the next one, from a server that does not count calls. */
function startsAnother(open: OpenCall, id: string, name: string, text: string): boolean {
  if (name === '') return false;
  if (id !== '' && open.id !== '') return id !== open.id;
  if (open.name !== '' && name !== open.name) return true;
  return text !== '' && isWhole(open.arguments);
}

function argumentsText(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined || value === null ? '' : JSON.stringify(value);
}

function isWhole(text: string): boolean {
  if (!text.trimEnd().endsWith('}')) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
