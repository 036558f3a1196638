/** Whether an answer gives what was asked for, by rule: case, width, punctuation and spaces do not matter. */

/** Tasks ask for a word or a sentence: a longer text that happens to hold the value is a quotation, not an answer. */
const MAX_ANSWER_WORDS = 60;

/** @returns whether the words of `value` stand in the answer, next to each other */
export function gives(answer: string, value: string): boolean {
  const wanted = plain(value);
  const given = plain(answer);
  if (wanted === '' || given.split(' ').length > MAX_ANSWER_WORDS) return false;
  return ` ${given} `.includes(` ${wanted} `);
}

/** @returns whether the last UUID of the answer is this one: on the way to it a model may name others */
export function endsWithUuid(answer: string, uuid: string): boolean {
  const named = answer.match(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi);
  return named?.at(-1)?.toLowerCase() === uuid.toLowerCase();
}

function plain(text: string): string {
  return (
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}]+/gu) ?? []
  ).join(' ');
}
