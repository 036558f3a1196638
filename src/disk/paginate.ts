import type { SearchPage } from '../engine/ports';

/** @returns one page of a list; a page past the end is empty and says how many there are */
export function paginate<Hit>(all: readonly Hit[], page: number, pageSize: number): SearchPage<Hit> {
  const start = (page - 1) * pageSize;
  return {
    hits: all.slice(start, start + pageSize),
    page,
    pages: Math.ceil(all.length / pageSize),
    total: all.length,
  };
}
