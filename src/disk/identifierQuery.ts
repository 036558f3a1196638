/** Queries that are one identifier: a UUID, a hash, a ticket number, a dotted or dashed name. */

/** One word that nobody writes as prose: it has a digit, or punctuation inside. */
const identifier = /^(?=.*\d|.*\w[-_.:/]\w)[\p{L}\p{N}][\p{L}\p{N}\-_.:/]{3,}$/u;
const wordCharacter = /[\p{L}\p{N}_]/u;

/** @returns whether a query is one identifier and nothing else */
export function isIdentifier(query: string): boolean {
  return identifier.test(query.trim());
}

/**
 * Who asks for an identifier wants that one: texts that share pieces of it (`a0cc-…`, `TICKET-…`) are no answer once it
 * is found.
 * @returns the items that have the query word for word, if it is an identifier and any has; else all of them
 */
export function literalHits<Item extends { readonly text: string }>(
  query: string,
  items: readonly Item[],
): readonly Item[] {
  if (!isIdentifier(query)) return items;
  const wanted = query.trim().toLowerCase();
  const having = items.filter((item) => holds(item.text.toLowerCase(), wanted));
  return having.length > 0 ? having : items;
}

function holds(text: string, wanted: string): boolean {
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + 1)) {
    const before = text[at - 1] ?? ' ';
    const after = text[at + wanted.length] ?? ' ';
    if (!wordCharacter.test(before) && !wordCharacter.test(after)) return true;
  }
  return false;
}
