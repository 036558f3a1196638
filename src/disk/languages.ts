/** Which language a file is in, and which tree-sitter grammar parses it. */
import { basename, extname } from 'node:path/posix';

/** Extension → language id as VS Code names it. Languages in `grammars` are parsed; `outlineOf` has rules for others. */
const byExtension: Readonly<Record<string, string>> = {
  '.ts': 'typescript',
  '.mts': 'typescript',
  '.cts': 'typescript',
  '.tsx': 'typescriptreact',
  '.js': 'javascript',
  '.mjs': 'javascript',
  '.cjs': 'javascript',
  '.jsx': 'javascriptreact',
  '.py': 'python',
  '.pyi': 'python',
  '.pyw': 'python',
  '.go': 'go',
  '.rs': 'rust',
  '.java': 'java',
  '.cs': 'csharp',
  '.csx': 'csharp',
  '.rb': 'ruby',
  '.rake': 'ruby',
  '.gemspec': 'ruby',
  '.php': 'php',
  '.c': 'c',
  '.h': 'cpp',
  '.cc': 'cpp',
  '.cpp': 'cpp',
  '.cxx': 'cpp',
  '.hh': 'cpp',
  '.hpp': 'cpp',
  '.hxx': 'cpp',
  '.ino': 'cpp',
  '.ipp': 'cpp',
  '.cu': 'cpp',
  '.cuh': 'cpp',
  '.css': 'css',
  '.sh': 'shellscript',
  '.bash': 'shellscript',
  '.zsh': 'shellscript',
  '.ps1': 'powershell',
  '.psm1': 'powershell',
  '.psd1': 'powershell',
  '.ini': 'ini',
  '.cfg': 'ini',
  '.editorconfig': 'ini',
  '.properties': 'properties',
  '.ipynb': 'jupyter',
  '.md': 'markdown',
  '.markdown': 'markdown',
  '.mdx': 'markdown',
  '.json': 'json',
  '.jsonc': 'jsonc',
  '.yaml': 'yaml',
  '.yml': 'yaml',
  '.toml': 'toml',
  '.dockerfile': 'dockerfile',
  '.xml': 'xml',
  '.html': 'html',
  '.htm': 'html',
  '.vue': 'vue',
  '.svelte': 'svelte',
  '.scss': 'scss',
  '.less': 'less',
  '.kt': 'kotlin',
  '.kts': 'kotlin',
  '.scala': 'scala',
  '.swift': 'swift',
  '.sql': 'sql',
  '.lua': 'lua',
  '.dart': 'dart',
  '.ex': 'elixir',
  '.exs': 'elixir',
  '.hs': 'haskell',
  '.r': 'r',
  '.pl': 'perl',
  '.proto': 'proto',
  '.graphql': 'graphql',
  '.tf': 'terraform',
  '.rst': 'restructuredtext',
  '.tex': 'latex',
};

const byName: Readonly<Record<string, string>> = {
  Dockerfile: 'dockerfile',
  Containerfile: 'dockerfile',
  Makefile: 'makefile',
  Rakefile: 'ruby',
  Gemfile: 'ruby',
  '.bashrc': 'shellscript',
};

/** Language → the grammar's file name between `tree-sitter-` and `.wasm`. */
const grammars: Readonly<Record<string, string>> = {
  typescript: 'typescript',
  typescriptreact: 'tsx',
  javascript: 'javascript',
  javascriptreact: 'javascript',
  python: 'python',
  go: 'go',
  rust: 'rust',
  java: 'java',
  csharp: 'c-sharp',
  ruby: 'ruby',
  php: 'php',
  c: 'c',
  cpp: 'cpp',
  css: 'css',
  shellscript: 'bash',
  powershell: 'powershell',
  ini: 'ini',
  kotlin: 'kotlin',
  swift: 'swift',
  scala: 'scala',
  lua: 'lua',
  html: 'html',
};

/** @returns the language of a file by its name; `plaintext` where it says nothing */
export function languageOf(path: string): string {
  const name = basename(path);
  // `Dockerfile.dev`
  const stem = name.startsWith('Dockerfile.') ? 'Dockerfile' : name;
  return byName[stem] ?? byExtension[extname(path).toLowerCase()] ?? 'plaintext';
}

/** @returns the tree-sitter grammar for a language; undefined for languages that are cut by rules or lines */
export function grammarOf(language: string): string | undefined {
  return grammars[language];
}

/** What people call languages besides their ids and file endings. */
const otherNames: Readonly<Record<string, string>> = {
  'c++': 'cpp',
  'c#': 'csharp',
  golang: 'go',
  bash: 'shellscript',
  shell: 'shellscript',
  docker: 'dockerfile',
  notebook: 'jupyter',
  text: 'plaintext',
};

/** A language together with another that is written in its files or beside it. */
const families: Readonly<Record<string, readonly string[]>> = {
  typescript: ['typescript', 'typescriptreact'],
  javascript: ['javascript', 'javascriptreact'],
  json: ['json', 'jsonc'],
};

/** @returns ids of all languages that a file may be in, in alphabetical order */
export function languageNames(): string[] {
  return [...new Set([...Object.values(byExtension), ...Object.values(byName), 'plaintext'])].sort();
}

/** @param name an id, a file ending or another common name, in any case @returns ids; none for a name nobody knows */
export function languagesCalled(name: string): readonly string[] {
  const lower = name.toLowerCase().replace(/^\./, '');
  const id = languageNames().includes(lower) ? lower : (otherNames[lower] ?? byExtension[`.${lower}`]);
  return id === undefined ? [] : (families[id] ?? [id]);
}
