import { describe, expect, it } from 'vitest';
import { wordGrams, wordsOf, wordTerms } from '../../../../src/disk/recall/words';

const terms = (text: string) => wordsOf(text).flatMap(wordTerms);

describe('words of messages', () => {
  it('stems plain words and drops those that every text has', () => {
    expect(terms('She was running the migrations')).toEqual(['run', 'migrat']);
    expect(terms("I don't know what you're saying")).toEqual(['know', 'say']);
  });

  it('brings irregular forms to one term with their base', () => {
    expect(terms('went gone goes going')).toEqual(['go', 'go', 'go', 'go']);
    expect(terms('children mice women')).toEqual(terms('child mouse woman'));
  });

  it('takes possessives off, with either apostrophe', () => {
    expect(terms("Anna's Anna’s Anna")).toEqual(['anna', 'anna', 'anna']);
    expect(terms("rock'n'roll")).toEqual(['rock', 'roll']);
  });

  it('cuts identifiers as code is cut, whole and in parts', () => {
    expect(terms('flushQueue2')).toEqual(['flushqueue2', 'flush', 'queue']);
    expect(terms('MAX_RETRIES')).toEqual(['max_retries', 'max', 'retri']);
  });

  it('gives the runs of four characters of a word, its ends marked', () => {
    expect(wordGrams('Gate')).toEqual(['_gat', 'gate', 'ate_']);
    expect(wordGrams('go')).toEqual(['_go_']);
    expect(wordGrams("rock'n'roll's")).toEqual([...wordGrams('rock'), ...wordGrams('roll')]);
  });
});
