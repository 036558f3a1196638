/** What a request shows: the file ranges and tool results that stand in it, found by their headings as a model finds them. */
import type { ChatMessage } from '../../../src/engine/chat';
import type { LineRange } from '../../../src/engine/PageTable';
import type { ModelRequest } from '../../../src/engine/ports';

export interface ShownRange extends LineRange {
  readonly address: string;
  readonly path: string;
  /** 16 hex digits of the hash of the lines. */
  readonly hash: string;
}

interface Shown {
  readonly files: readonly ShownRange[];
  readonly results: readonly string[];
}

const FILE_HEADING = /^(file:proj\/(.+)#L(\d+)-L(\d+)@([0-9a-f]{16})) · /gm;
const RESULT_START = /^(?=\[?tool:[^\s/]+\/\d+ · )/m;
const RESULT_HEADING = /^\[?(tool:[^\s/]+\/\d+) · /;
/** A result that was cut does not show all the lines its headings name. */
const CUT = /tokens in all; page_in\("tool:/;

export class WindowView {
  private readonly files = new Map<string, ShownRange[]>();
  private readonly results = new Set<string>();

  /** @param isNew told of each range that was in no request before */
  constructor(request: ModelRequest, isNew: (range: ShownRange) => void) {
    for (const message of request.messages) {
      const shown = shownBy(message, isNew);
      for (const result of shown.results) this.results.add(result);
      for (const file of shown.files) {
        const ranges = this.files.get(file.path);
        if (ranges) ranges.push(file);
        else this.files.set(file.path, [file]);
      }
    }
  }

  rangesOf(path: string): readonly ShownRange[] {
    return this.files.get(path) ?? [];
  }

  hasResult(address: string): boolean {
    return this.results.has(address);
  }
}

const NOTHING: Shown = { files: [], results: [] };
/** Messages of the queue are the same objects from request to request. */
const known = new WeakMap<ChatMessage, Shown>();

function shownBy(message: ChatMessage, isNew: (range: ShownRange) => void): Shown {
  let shown = known.get(message);
  if (!shown) {
    shown = message.role === 'assistant' ? NOTHING : read(message.content);
    known.set(message, shown);
    shown.files.forEach(isNew);
  }
  return shown;
}

/** File ranges stand before results where a message has both; what a cut result shows of a file does not count. */
function read(text: string): Shown {
  const parts = text.split(RESULT_START).filter((part) => !CUT.test(part));
  const files = parts.flatMap((part) => [...part.matchAll(FILE_HEADING)]);
  return {
    files: files.map(([, address = '', path = '', start, end, hash = '']) => ({
      address,
      path,
      startLine: Number(start),
      endLine: Number(end),
      hash,
    })),
    results: parts.flatMap((part) => RESULT_HEADING.exec(part)?.[1] ?? []),
  };
}
