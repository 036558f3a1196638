/** Questions that the symbols table answers: where something is defined, who uses it, which test is meant. */

export interface Aim {
  readonly kind: 'definition' | 'uses' | 'test';
  /** The last part of the name: `flush` of `QueueManager.flush`. */
  readonly name: string;
  /** The part before it; empty when there is none. */
  readonly container: string;
  /** The query says nothing besides. */
  readonly alone: boolean;
}

const path = String.raw`[\p{L}_$][\p{L}\p{N}_$]*(?:(?:\.|::|#|->)[\p{L}_$][\p{L}\p{N}_$]*)*`;
const kinds = '(?:function|method|class|type|interface|struct|trait|enum|constant|variable|symbol|module)s?';
const named = `(?:the\\s+)?(?:${kinds}\\s+)?[\`'"]?(?<name>${path})(?:\\(\\))?[\`'"]?(?:\\s+${kinds})?`;
const used = '(?:called|used|invoked|referenced|instantiated|constructed|imported)';
const asking = (pattern: string) => new RegExp(`^\\s*${pattern}\\s*[?.!]*\\s*$`, 'iu');

const usesQuestions = [
  `(?:who|what|which\\s+\\w+|where)\\s+(?:else\\s+)?(?:calls?|uses?|invokes?|references?|instantiates?|constructs?|imports?|depends?\\s+on)\\s+${named}`,
  `(?:show\\s+|find\\s+|list\\s+)?(?:me\\s+)?(?:all\\s+)?(?:the\\s+)?(?:callers?|users?|usages?|uses|references|calls|call\\s+sites)\\s+(?:of|to)\\s+${named}`,
  `where\\s+(?:is|are|does|do)\\s+${named}\\s+(?:being\\s+|get\\s+)?${used}(?:\\s+from)?`,
].map(asking);
const definitionQuestions = [
  `where(?:'s|\\s+is|\\s+are)\\s+${named}(?:\\s+(?:defined|declared|implemented|located))?`,
  `where\\s+(?:do|does)\\s+\\w+\\s+(?:define|declare|implement)\\s+${named}`,
  `(?:what|which\\s+\\w+|who)\\s+(?:defines|declares|implements)\\s+${named}`,
  `(?:go\\s+to\\s+|find\\s+|show\\s+)?(?:the\\s+)?(?:definition|declaration|implementation)s?\\s+of\\s+${named}`,
].map(asking);
/** Asks about something that has a name: its definition is the first thing to see. */
const aboutName = asking(
  `(?:how\\s+(?:does|do|is)|what\\s+(?:does|is|are))\\s+${named}(?:\\s+(?:works?|do|done|for|mean|handled?))?`,
);
const nameAlone = new RegExp(`^\\s*[\`]?(?<name>${path})(?:\\(\\))?[\`]?\\s*$`, 'u');
const compound = /[\p{Ll}\p{N}]\p{Lu}|[_$.:#]|->|^\p{Lu}\p{L}*\p{Lu}/u;

/** Names of tests as runners print them: pytest, Rust, Go, JUnit and the like. */
const testNames = [
  /\.py::(?:(?<container>\w+)::)?(?<name>test\w*)/iu,
  /^\s*(?:---\s+(?:FAIL|PASS|SKIP):\s+)(?<name>Test\w+)/mu,
  /^\s*test\s+(?:\w+::)*(?<name>\w+)\s+\.\.\.\s+(?:FAILED|ok|ignored)/mu,
  /^\s*(?:\[ERROR\]\s+|FAILED\s+)?(?:[\w.]+\.)?(?<container>\w*Tests?)[.#>](?<name>\w+)/mu,
  /^\s*(?<name>test_\w+)\s*$/u,
];

/** @param text a query without its filters @returns undefined when it asks for nothing that has a name */
export function readAim(text: string): Aim | undefined {
  for (const question of usesQuestions) {
    const name = question.exec(text)?.groups?.name;
    if (name !== undefined) return aimAt('uses', name);
  }
  for (const question of definitionQuestions) {
    const name = question.exec(text)?.groups?.name;
    if (name !== undefined) return aimAt('definition', name);
  }
  for (const pattern of testNames) {
    const { name, container = '' } = pattern.exec(text)?.groups ?? {};
    if (name !== undefined) return { kind: 'test', name, container, alone: false };
  }
  const name = (aboutName.exec(text) ?? nameAlone.exec(text))?.groups?.name;
  return name !== undefined && compound.test(name)
    ? { ...aimAt('definition', name), alone: false }
    : undefined;
}

function aimAt(kind: Aim['kind'], whole: string): Aim {
  const parts = whole.split(/\.|::|#|->/);
  return { kind, name: parts.at(-1) as string, container: parts.at(-2) ?? '', alone: true };
}

/** @returns the innermost title of a test as JavaScript runners print it (`Queue › flushes when full`) */
export function testTitle(text: string): string | undefined {
  const line = /^.*\S\s+[›❯>]\s+\S.*$/mu.exec(text)?.[0];
  const title = line
    ?.split(/\s+[›❯>]\s+/u)
    .at(-1)
    ?.replace(/\s+\(?\d+\s*ms\)?\s*$/, '')
    .trim();
  return title !== undefined && title.length >= 8 ? title : undefined;
}
