import { join } from 'node:path';
import { Language, Parser, type Range, type Tree } from 'web-tree-sitter';

/** A file that takes longer to parse is split by lines. Milliseconds. */
const parseTimeout = 5000;

/** Tree-sitter's runtime and grammars, loaded on first use. One instance per thread. */
export class Parsers {
  private readonly parsers = new Map<string, Promise<Parser>>();
  private runtime: Promise<void> | undefined;
  /** Set when a parse broke off: the runtime's memory can no longer be trusted. Its thread has to be started anew. */
  damaged = false;

  /** @param folder where tree-sitter.wasm and the grammars lie */
  constructor(private readonly folder: string) {}

  /**
   * Parses and hands the tree to `use`, then frees it.
   * @param range the part that is in the grammar's language, when it is not the whole text; places count from the text's start
   * @returns undefined when the grammar is missing, gives up, or fails
   */
  async parse<Result>(
    grammar: string,
    text: string,
    use: (tree: Tree) => Result,
    range?: Range,
  ): Promise<Result | undefined> {
    if (this.damaged) return undefined;
    let parser: Parser;
    try {
      parser = await this.parserOf(grammar);
    } catch {
      return undefined;
    }
    try {
      const deadline = performance.now() + parseTimeout;
      const tree = parser.parse(text, null, {
        progressCallback: () => performance.now() > deadline,
        ...(range ? { includedRanges: [range] } : {}),
      });
      if (!tree) {
        parser.reset();
        return undefined;
      }
      try {
        return use(tree);
      } finally {
        tree.delete();
      }
    } catch {
      // A trap, or a stack that overflowed.
      this.damaged = true;
      return undefined;
    }
  }

  private parserOf(grammar: string): Promise<Parser> {
    let parser = this.parsers.get(grammar);
    if (!parser) {
      parser = this.load(grammar);
      this.parsers.set(grammar, parser);
    }
    return parser;
  }

  private async load(grammar: string): Promise<Parser> {
    this.runtime ??= Parser.init({ locateFile: (file: string) => join(this.folder, file) });
    await this.runtime;
    const language = await Language.load(join(this.folder, `tree-sitter-${grammar}.wasm`));
    const parser = new Parser();
    parser.setLanguage(language);
    return parser;
  }
}

/** Parses a file, or a part of it. */
export type FileParser = Parsers['parse'];
