/** File paths in running text and in code. */

export interface PathMention {
  /** Without `./`, `../` and without a trailing line number. */
  readonly path: string;
  /** 1-based; when the mention names lines. */
  readonly startLine?: number;
  readonly endLine?: number;
}

const EXTENSIONS =
  'tsx?|[mc]?jsx?|[mc]ts|jsonc?|jsonl|py|pyi|rs|go|mod|java|kts?|scala|c|h|cc|cpp|hpp|cs|rb|php|swift|lua|sh|bash|ps1|sql|css|scss|less|html?|vue|svelte|mdx?|txt|rst|ya?ml|toml|ini|cfg|conf|xml|gradle|proto|lock|ipynb|csv|tf';
/** Whole tokens are cut out first and then judged: a single expression for both takes quadratic time on long words. */
const TOKEN = /[\w.@~+/-]+/g;
const MAX_PATH_CHARS = 300;
/** With a directory any extension will do; a bare name needs a known one, else `object.member` would be a path. */
const NESTED = /\/[\w@+-][\w.@+-]*\.[A-Za-z]\w{0,9}$/;
const BARE = new RegExp(
  `^[\\w@+-][\\w.@+-]*\\.(?:${EXTENSIONS})$|^(?:Makefile|Dockerfile|Jenkinsfile|Rakefile|Gemfile)$`,
);
const LINES = /^(?::|#L)(\d+)(?:(?:-L?)(\d+))?/;

/** @returns the paths named in a text */
export function pathsIn(text: string): PathMention[] {
  const mentions: PathMention[] = [];
  for (const found of text.matchAll(TOKEN)) {
    const written = found[0].replace(/[.-]$/, '');
    if (!isPath(written)) continue;
    const end = found.index + written.length;
    const lines = LINES.exec(text.slice(end, end + 24));
    const path = written.replace(/^(?:\.{1,2}\/)+/, '');
    const startLine = Number(lines?.[1]);
    mentions.push(lines ? { path, startLine, endLine: Number(lines[2] ?? startLine) } : { path });
  }
  return mentions;
}

/** @returns the text without the paths it names, so that a file's name is not taken for a symbol */
export function withoutPaths(text: string): string {
  return text.replace(TOKEN, (token) => (isPath(token.replace(/[.-]$/, '')) ? ' ' : token));
}

function isPath(token: string): boolean {
  return token.length <= MAX_PATH_CHARS && (NESTED.test(token) || BARE.test(token));
}

const SPECIFIER = /['"<]([\w@./-]+)['">]/;
const DOTTED = /^(?:from|import|use)\s+((?:\w{1,60}(?:\.|::)){1,20}\w{1,60})/;

/** @returns what an import line names, as a path, often without extension; undefined when it names none */
export function importedPath(line: string): string | undefined {
  const dotted = DOTTED.exec(line)?.[1]?.replace(/\.|::/g, '/');
  return dotted ?? SPECIFIER.exec(line)?.[1]?.replace(/^(?:\.{1,2}\/)+/, '');
}

/** @returns the path without its last extension */
export function withoutExtension(path: string): string {
  return path.replace(/(?<=[^/])\.\w+$/, '');
}
