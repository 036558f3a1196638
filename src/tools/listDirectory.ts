import * as z from 'zod';
import type { DirectoryEntry } from '../engine/ports';
import { defineFunction, positiveInteger } from './defineFunction';
import { counted, pageLabel, showPage } from './resultPages';

export const listDirectory = defineFunction({
  name: 'list_directory',
  description: 'List a workspace folder: names, / after folders, sizes of files.',
  readOnly: true,
  arguments: z.object({
    path: z.string().optional().describe('default: the workspace'),
    page: positiveInteger.optional(),
  }),
  async run({ path: written = '.', page = 1 }, context) {
    const path = context.files.canonical(written);
    const entries = await context.files.list(path, context.signal);
    const header = (pages: number) =>
      `${path}: ${counted(entries.length, 'entry', 'entries')}${pageLabel(page, pages)}`;
    return showPage(entries.map(describeEntry), page, header, context);
  },
});

function describeEntry({ name, kind, size }: DirectoryEntry): string {
  // Names may hold anything; a line break in one must not look like two entries.
  const shown = name.replace(/[\r\n]/g, '?');
  switch (kind) {
    case 'directory':
      return `${shown}/`;
    case 'file':
      return `${shown} ${formatSize(size)}`;
    case 'symlink':
      return `${shown} (link)`;
    case 'other':
      return `${shown} (not a file)`;
  }
}

function formatSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(1)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
