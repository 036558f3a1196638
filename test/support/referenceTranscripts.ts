/** Transcripts in which people marked the pages that an assistant's message makes use of. */
import { readdirSync, readFileSync } from 'node:fs';
import type { ToolCall } from '../../src/engine/chat';
import { numberedLine } from '../../src/engine/filePages';
import type { ReferencablePage } from '../../src/engine/ReferenceDetector';

const DIRECTORY = new URL('../fixtures/references/', import.meta.url);

interface Fixture {
  readonly pages: Readonly<
    Record<
      string,
      {
        readonly address: string;
        readonly path?: string;
        readonly startLine?: number;
        readonly lines: readonly string[];
      }
    >
  >;
  readonly transcripts: readonly {
    readonly title: string;
    readonly text: readonly string[];
    readonly calls: readonly {
      readonly name: string;
      /** Texts of several lines are arrays. */
      readonly arguments: Readonly<Record<string, string | number | readonly string[]>>;
    }[];
    /** Set when the page is used without any of its names or words. */
    readonly reworded?: boolean;
    /** Names of pages. */
    readonly referenced: readonly string[];
  }[];
}

export interface Transcript {
  readonly title: string;
  /** Everything resident. */
  readonly pages: readonly ReferencablePage[];
  readonly output: { readonly text: string; readonly calls: readonly ToolCall[] };
  readonly reworded: boolean;
  /** Addresses, labelled by hand. */
  readonly referenced: readonly string[];
}

/** @returns the transcripts of one half: those the detector was made with, or those it had never seen */
export function referenceTranscripts(half: 'dev' | 'heldout'): Transcript[] {
  const names = readdirSync(DIRECTORY).filter((name) => name.startsWith(`${half}-`));
  return names.flatMap((name) => transcriptsOf(name));
}

function transcriptsOf(name: string): Transcript[] {
  const fixture = JSON.parse(readFileSync(new URL(name, DIRECTORY), 'utf8')) as Fixture;
  const pages = Object.values(fixture.pages).map(({ address, path, startLine = 1, lines }) =>
    path === undefined
      ? { address, text: lines.join('\n') }
      : {
          address,
          path,
          text: [`${address} · lines`, ...lines.map((line, i) => numberedLine(line, startLine + i))].join(
            '\n',
          ),
        },
  );
  return fixture.transcripts.map(({ title, text, calls, reworded = false, referenced }) => ({
    title: `${name}: ${title}`,
    pages,
    reworded,
    output: {
      text: text.join('\n'),
      calls: calls.map((call, i) => ({
        id: `call_${i + 1}`,
        name: call.name,
        arguments: JSON.stringify(call.arguments, (_, value) =>
          Array.isArray(value) ? value.join('\n') : value,
        ),
      })),
    },
    referenced: referenced.map((id) => {
      const page = fixture.pages[id];
      if (!page) throw new Error(`${name} labels a page that it does not have: ${id}`);
      return page.address;
    }),
  }));
}
