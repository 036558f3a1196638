/**
 * Question answering over many documents (after Packer et al. 2023, section 3.2.1): passages of documentation, and
 * questions made of them by leaving a telling word out of one of their sentences. The other documents are those most like
 * the question.
 */
import { Bm25 } from '../bm25';
import type { Random } from '../Random';

export interface SourceDocument {
  readonly path: string;
  readonly text: string;
}

export interface Passage {
  /** Where it is from. */
  readonly path: string;
  readonly text: string;
}

export interface ClozeQuestion {
  /** Index of the passage that has it. */
  readonly gold: number;
  /** Words that follow each other in one of its sentences, with `BLANK` for the one asked for. */
  readonly cloze: string;
  readonly answer: string;
}

export interface DocumentSet {
  /** Indices of passages, golds among them, in an order that says nothing. */
  readonly documents: readonly number[];
  readonly questions: readonly ClozeQuestion[];
}

export const BLANK = '_____';
const PASSAGE_CHARS = 1200;
const MIN_PASSAGE_CHARS = 400;
/** Words shown on either side of the blank. */
const CONTEXT_WORDS = 4;
/** Words of six letters and more that stay; without them nobody could tell what is asked. */
const LEAST_CLUES = 2;
/** Every question has at least this many documents of its own to be mistaken for. */
const DISTRACTORS = 24;

/** @returns the documents' paragraphs, packed into passages of about 1,200 characters; each text once */
export function passagesOf(documents: readonly SourceDocument[]): Passage[] {
  const seen = new Set<string>();
  return documents.flatMap(({ path, text }) => {
    const packed: string[] = [];
    for (const paragraph of text.replace(/\r/g, '').split(/\n{2,}/)) {
      const last = packed.at(-1);
      if (last !== undefined && last.length + paragraph.length <= PASSAGE_CHARS) {
        packed[packed.length - 1] = `${last}\n\n${paragraph}`;
      } else packed.push(paragraph.slice(0, PASSAGE_CHARS));
    }
    return packed.flatMap((passage) => {
      const trimmed = passage.trim();
      if (trimmed.length < MIN_PASSAGE_CHARS || seen.has(trimmed)) return [];
      seen.add(trimmed);
      return [{ path, text: trimmed }];
    });
  });
}

export class DocumentQa {
  private readonly index: Bm25;

  constructor(private readonly passages: readonly Passage[]) {
    this.index = new Bm25(passages.map((passage) => passage.text));
  }

  /** @returns up to `count` questions, each of another passage */
  questions(random: Random, count: number): ClozeQuestion[] {
    const order = random.shuffle(this.passages.map((_, i) => i));
    const questions: ClozeQuestion[] = [];
    for (const gold of order) {
      if (questions.length === count) break;
      const question = this.questionOf(gold, random);
      if (question) questions.push(question);
    }
    return questions;
  }

  /**
   * Sets of `size` documents for the questions. A set holds one question, or with large sets so many that each has 24
   * documents of its own: the gold, and what BM25 finds most like the question.
   */
  sets(questions: readonly ClozeQuestion[], size: number, random: Random): DocumentSet[] {
    const perSet = Math.max(1, Math.floor(size / (DISTRACTORS + 1)));
    const sets: DocumentSet[] = [];
    for (let i = 0; i < questions.length; i += perSet) {
      const asked = questions.slice(i, i + perSet);
      const chosen = new Set(asked.map((question) => question.gold));
      const ranked = asked.map((question) => this.index.rank(question.cloze));
      const longest = Math.max(...ranked.map((list) => list.length));
      for (let rank = 0; rank < longest; rank++) {
        for (const list of ranked) {
          const passage = list[rank];
          if (passage !== undefined && chosen.size < size) chosen.add(passage);
        }
      }
      sets.push({ documents: random.shuffle([...chosen]), questions: asked });
    }
    return sets;
  }

  private questionOf(gold: number, random: Random): ClozeQuestion | undefined {
    const sentences = random.shuffle(sentencesOf(this.passages[gold]?.text ?? ''));
    for (const sentence of sentences) {
      const words = sentence.match(/[\p{L}]{5,}/gu) ?? [];
      const telling = words
        .filter((word) => sentence.split(word).length === 2)
        .map((word) => ({ word, frequency: this.index.frequency(word) }))
        .sort((a, b) => a.frequency - b.frequency)[0];
      if (!telling || telling.frequency > 5) continue;
      const shown = around(sentence, telling.word);
      const clues = shown.match(/\p{L}{6,}/gu) ?? [];
      if (clues.length <= LEAST_CLUES || !this.isUnique(shown, gold)) continue;
      return { gold, cloze: shown.replace(telling.word, BLANK), answer: telling.word };
    }
    return undefined;
  }

  /** Whether the passage alone has these words: documentation repeats itself. */
  private isUnique(shown: string, gold: number): boolean {
    return this.index
      .rank(shown)
      .slice(0, 10)
      .every((i) => i === gold || !flat(this.passages[i]?.text ?? '').includes(shown));
  }
}

/** @returns what the person asks. @param folder where the documents are, as the functions take it */
export function documentPrompt({ cloze }: ClozeQuestion, folder: string): string {
  return (
    `The folder ${folder} holds documents. One of them has the words below in this order; find it and answer with the ` +
    `missing word alone, as the document has it.\n${cloze}`
  );
}

/** Sentences of plain prose, 10 to 30 words: no code, headings, tables or links. */
function sentencesOf(text: string): string[] {
  return text
    .split(/\n{2,}/)
    .filter(
      (paragraph) => /^[\p{Lu}]/u.test(paragraph) && !/[`|<>[\]{}#*_\\]|https?:|\n\s*[-+\d]/.test(paragraph),
    )
    .flatMap((paragraph) => flat(paragraph).match(/\p{Lu}[^.!?:;]+\./gu) ?? [])
    .filter((sentence) => {
      const { length } = sentence.split(' ');
      return length >= 10 && length <= 30;
    });
}

/** The word and those next to it: with the whole sentence any search finds its document. */
function around(sentence: string, word: string): string {
  const words = sentence.split(' ');
  const at = words.findIndex((one) => one.includes(word));
  return words.slice(Math.max(0, at - CONTEXT_WORDS), at + CONTEXT_WORDS + 1).join(' ');
}

function flat(text: string): string {
  return text.replace(/\s+/g, ' ');
}
