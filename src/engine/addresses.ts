/** Addresses of pages: stable names under which anything ever shown to the model can be faulted back in. */
import type { BlobHash } from './ports';

/** Hex digits of the content hash that an address carries. */
const ADDRESS_HASH_DIGITS = 16;

export interface FileAddress {
  readonly kind: 'file';
  /** `<folder>/src/a.ts` */
  readonly addressPath: string;
  readonly startLine: number;
  readonly endLine: number;
  readonly hash: string;
}

export type Address =
  | FileAddress
  /** One message, or a run of neighbouring ones (`firstSeq` < `lastSeq`). */
  | { readonly kind: 'msg'; readonly session: string; readonly firstSeq: number; readonly lastSeq: number }
  /** A result, or a part that it left out, 1-based. */
  | { readonly kind: 'tool'; readonly session: string; readonly call: number; readonly part?: number }
  | { readonly kind: 'note'; readonly id: string };

/** @returns `file:<folder>/src/a.ts#L10-L80@<16 hex of the raw lines shown>` */
export function fileAddress(addressPath: string, startLine: number, endLine: number, hash: BlobHash): string {
  return `file:${addressPath}#L${startLine}-L${endLine}@${hash.slice(0, ADDRESS_HASH_DIGITS)}`;
}

/** @returns `file:<folder>/src/a.ts#L10-L80`: the lines as they are now, whatever they hold */
export function fileRangeAddress(addressPath: string, startLine: number, endLine: number): string {
  return `file:${addressPath}#L${startLine}-L${endLine}`;
}

/** @returns `msg:<session>/<seq>`, or `msg:<session>/<first>..<last>` for a run */
export function messageAddress(session: string, firstSeq: number, lastSeq = firstSeq): string {
  return firstSeq === lastSeq ? `msg:${session}/${firstSeq}` : `msg:${session}/${firstSeq}..${lastSeq}`;
}

/** @returns `tool:<session>/<call>` */
export function toolAddress(session: string, call: number): string {
  return `tool:${session}/${call}`;
}

/** @returns `tool:<session>/<call>.<part>`, 1-based */
export function partAddress(result: string, part: number): string {
  return `${result}.${part}`;
}

/** @returns `note:<id>` */
export function noteAddress(id: string): string {
  return `note:${id}`;
}

/** @returns the lines that an address without a hash names, or undefined when it is not one */
export function parseRange(
  text: string,
): { readonly addressPath: string; readonly startLine: number; readonly endLine: number } | undefined {
  const range = /^file:([^#]+)#L(\d+)-L(\d+)$/.exec(text);
  if (!range?.[1]) return undefined;
  return { addressPath: range[1], startLine: Number(range[2]), endLine: Number(range[3]) };
}

/** @returns the parts of an address, or undefined when it is not one */
export function parseAddress(text: string): Address | undefined {
  const file = /^file:(.+)#L(\d+)-L(\d+)@([0-9a-f]{16})$/s.exec(text);
  if (file?.[1] && file[4]) {
    return {
      kind: 'file',
      addressPath: file[1],
      startLine: Number(file[2]),
      endLine: Number(file[3]),
      hash: file[4],
    };
  }
  const message = /^msg:([^/]+)\/(\d+)(?:\.\.(\d+))?$/.exec(text);
  if (message?.[1]) {
    const firstSeq = Number(message[2]);
    return {
      kind: 'msg',
      session: message[1],
      firstSeq,
      lastSeq: message[3] ? Number(message[3]) : firstSeq,
    };
  }
  const tool = /^tool:([^/]+)\/(\d+)(?:\.(\d+))?$/.exec(text);
  if (tool?.[1]) {
    const part = tool[3] === undefined ? {} : { part: Number(tool[3]) };
    return { kind: 'tool', session: tool[1], call: Number(tool[2]), ...part };
  }
  const note = /^note:(\S+)$/.exec(text);
  if (note?.[1]) return { kind: 'note', id: note[1] };
  return undefined;
}
