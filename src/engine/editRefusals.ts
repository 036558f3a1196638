/** Why an edit cannot be made, in words that a model can correct it by. */
import { closestLines } from './closestLines';
import { numberedLine, splitLines } from './filePages';
import { lookAlike } from './lookAlike';
import type { EditFailure, TextEdit } from './textEdit';

/** Lines of a near miss that a refusal shows. */
const MAX_CLOSEST_LINES = 12;
/** Places that a refusal names. */
const MAX_PLACES = 8;

export function editRefusal(
  path: string,
  text: string,
  edits: readonly TextEdit[],
  failure: EditFailure,
): string {
  const edit = edits[failure.edit];
  const reason = edit ? reasonOf(path, text, edit, failure) : '';
  if (edits.length === 1) return reason;
  return `Edit ${failure.edit + 1} of ${edits.length}: ${reason}\nNone of the edits was made.`;
}

function reasonOf(path: string, text: string, edit: TextEdit, failure: EditFailure): string {
  switch (failure.kind) {
    case 'unchanged':
      return 'old and new are the same: there is nothing to change.';
    case 'notFound':
      return notFound(path, text, edit.old);
    case 'ambiguous': {
      const { lines } = failure;
      const places = `${lines.slice(0, MAX_PLACES).join(', ')}${lines.length > MAX_PLACES ? ', …' : ''}`;
      const times = `${lines.length} times in ${path}, at lines ${places}.`;
      return failure.exact
        ? `old occurs ${times} Give more of the lines around the one you mean, or set replace_all.`
        : `old does not occur exactly, and but for white space ${times} Copy the lines you mean exactly.`;
    }
    case 'indentation':
      return `Lines ${failure.startLine}-${failure.endLine} of ${path} are old but for their indentation, from which that of new does not follow. Copy it exactly:\n${shown(text, failure.startLine, failure.endLine)}`;
    case 'overlap':
      return `It replaces text that edit ${failure.other + 1} replaces too, at line ${failure.line}. All edits are made to the file as you have read it: make one edit of the two.`;
  }
}

function notFound(path: string, text: string, old: string): string {
  const lines = splitLines(text);
  const parts = [`old does not occur in ${path}: it must match exactly, white space included.`];
  if (old.split('\n').every((line) => /^ *\d+\t|^$/.test(line)))
    parts.push('Leave out the line numbers and the tab after them.');
  const alike = lookAlike(text, old);
  if (alike) {
    const there = alike.inFile.length > 0 ? `the file has ${alike.inFile.join(', ')}` : '';
    const here = alike.inOld.length > 0 ? `old has ${alike.inOld.join(', ')}` : '';
    const both = [there, here].filter((part) => part !== '').join(' and ');
    parts.push(`Line ${alike.startLine} looks the same, but ${both}. Copy the characters of the file.`);
  }
  const closest = alike ?? closestLines(lines, old);
  if (closest) parts.push('The lines most like it:', shown(text, closest.startLine, closest.endLine));
  return parts.join('\n');
}

function shown(text: string, startLine: number, endLine: number): string {
  const lines = splitLines(text).slice(startLine - 1, Math.min(endLine, startLine - 1 + MAX_CLOSEST_LINES));
  return lines.map((line, index) => numberedLine(line, startLine + index)).join('\n');
}
