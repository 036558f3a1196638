/** Open plan items that a message or a note states, and those it reports as done; recognised by their form. */

const FENCE = /^\s*(?:```|~~~)/;
const BULLET = /^\s*(?:[-*•+]|\d+[.)])\s+/;
const BOX = /^\s*(?:(?:[-*•+]|\d+[.)])\s+)?\[([ xX])\]\s+(\S.*)$/;
const LABEL =
  "(?:(?:still |what is |what['’]s )?(?:left|open|to ?do|todos?|remaining|missing)(?: to do| items?| points?| work)?|next(?: steps?| up)?|fixme|not done(?: yet)?|for (?:later|tomorrow|next time)|offen|noch offen|à faire|pendiente|待办|下一步)";
/** `Next steps:` and headings, alone on their line: the list below them is meant. */
const HEADING = new RegExp(`^\\s*(?:#{1,6}\\s*|\\*\\*)?${LABEL}(?:\\*\\*)?\\s*[:：]?(?:\\*\\*)?\\s*$`, 'iu');
const LABELLED = new RegExp(
  `^\\s*(?:[-*•+]\\s+)?(?:\\*\\*)?${LABEL}(?:\\*\\*)?\\s*[:：](?:\\*\\*)?\\s*(\\S.{2,})$`,
  'iu',
);
const TODO_MARK = /^\s*(?:[-*•+]\s+)?TODO\b(?:\([^)]*\))?[:,]?\s+(\S.{2,})$/;
const STATED =
  /(?:^|[.!?]\s+)((?:(?:we|i|you|it|this|that)\s+still\s+(?:need|have|has|must)s?\s+to\s|(?:what|all that)\s+(?:is left|remains)\s|still to (?:do|be done)\b|not (?:yet )?(?:done|implemented|finished|covered|tested)(?: yet)?:)[^.!?]{4,})/giu;
const DONE =
  /^\s*(?:[-*•+]\s+)?(?:\*\*)?(?:done|finished|completed|closed|fixed|erledigt|fertig|terminé|hecho|完成)(?:\*\*)?\s*[:：](?:\*\*)?\s*(\S.{2,})$/iu;

export interface PlanItems {
  readonly open: readonly string[];
  readonly done: readonly string[];
}

/** @returns what the text says is still to do, and what it says is done, in order, without marks */
export function planItems(text: string): PlanItems {
  const open: string[] = [];
  const done: string[] = [];
  let fenced = false;
  /** The list of a heading like "Next steps:" goes on. */
  let listed = false;
  for (const line of text.split(/\r?\n/)) {
    if (FENCE.test(line)) fenced = !fenced;
    if (fenced || FENCE.test(line) || /^\s*>/.test(line)) continue;
    const box = BOX.exec(line);
    if (box?.[2] !== undefined) {
      (box[1] === ' ' ? open : done).push(box[2].trim());
      continue;
    }
    if (HEADING.test(line)) {
      listed = true;
      continue;
    }
    const finished = DONE.exec(line)?.[1];
    if (finished !== undefined) done.push(...parts(finished));
    else if (listed && BULLET.test(line)) open.push(line.replace(BULLET, '').trim());
    else {
      if (line.trim() !== '') listed = false;
      open.push(...statedIn(line));
    }
  }
  return { open: open.filter(saysSomething), done };
}

function statedIn(line: string): readonly string[] {
  const labelled = (LABELLED.exec(line) ?? TODO_MARK.exec(line))?.[1];
  if (labelled !== undefined) return parts(labelled);
  return [...line.matchAll(STATED)].map((match) => (match[1] ?? '').trim());
}

/** "the parser; the docs" are two items. */
function parts(text: string): string[] {
  return text.split(/[;；]\s*/).map((part) => part.replace(/[.。]$/, '').trim());
}

function saysSomething(item: string): boolean {
  return item.length > 3 && !/^(?:none|nothing|nope|n\/a|keine?s?|rien|nada|无|没有)\b/iu.test(item);
}
