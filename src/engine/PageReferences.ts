/** Reference bits: which resident pages a message of the model's makes use of. */
import type { ToolCall } from './chat';
import { isFile } from './PageTable';
import type { BlobStore } from './ports';
import { type ReferencablePage, ReferenceDetector } from './ReferenceDetector';
import type { SessionState } from './SessionState';

export class PageReferences {
  private readonly detector = new ReferenceDetector();
  /** Resident pages with their texts, so that a step reads only those that are new. */
  private known = new Map<string, ReferencablePage>();

  constructor(
    private readonly state: SessionState,
    private readonly blobs: BlobStore,
  ) {}

  /** @returns addresses of the resident pages that the output names or echoes */
  async of(output: {
    readonly text: string;
    readonly calls: readonly ToolCall[];
  }): Promise<readonly string[]> {
    const known = new Map<string, ReferencablePage>();
    for (const page of this.state.pages.all()) {
      const { address, blob } = page;
      if (blob === undefined) continue;
      // A page whose bytes are lost can still be named by its path.
      const text = async () => this.blobs.get(blob).catch(() => '');
      const path = isFile(page) ? { path: page.path } : {};
      known.set(address, this.known.get(address) ?? { address, text: await text(), ...path });
    }
    this.known = known;
    return this.detector.references(output, [...known.values()]);
  }
}
