/** What a message says about itself besides its words, and what a question asks for. */

export const cue = {
  question: 1,
  endsAsQuestion: 2,
  firstPerson: 4,
  time: 8,
  capitalised: 16,
} as const;

const firstPerson = /\b(?:I|me|my|mine|myself|we|our|us)\b|\bI['’]/;
const timeWords =
  /\b(?:yesterday|today|tonight|tomorrow|ago|last|next|since|week(?:end)?s?|months?|years?|days?|morning|night|(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|march|april|may|june|july|august|september|october|november|december|(?:19|20)\d\d)\b/i;
/** A capitalised word that does not begin a sentence. */
const capitalised = /[\p{L}\p{N},;:)'"’]\s+(?!I\b)\p{Lu}[\p{L}\p{N}]+/u;
/** Beyond this nothing is looked for. */
const maxRead = 2000;

/** @returns the cues of a message, added up */
export function cuesOf(text: string): number {
  const head = text.slice(0, maxRead);
  return (
    (head.includes('?') ? cue.question : 0) +
    (/\?\s*$/.test(text.slice(-200)) ? cue.endsAsQuestion : 0) +
    (firstPerson.test(head) ? cue.firstPerson : 0) +
    (timeWords.test(head) ? cue.time : 0) +
    (capitalised.test(head) ? cue.capitalised : 0)
  );
}

const asksTime =
  /\b(?:when|how long|how many (?:days|weeks|months|years)|(?:what|which) (?:date|day|month|year|time))\b/i;

/** @returns the cues that an answer to this question has, added up */
export function wantedCues(question: string): number {
  const wantsTime = asksTime.test(question);
  const wantsName = /\b(?:who|whom|whose|where|which)\b/i.test(question);
  return (wantsTime ? cue.time : 0) + (wantsName ? cue.capitalised : 0);
}
