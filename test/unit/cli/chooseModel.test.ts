import { describe, expect, it } from 'vitest';
import { keyFor } from '../../../src/cli/chooseModel';

describe('the key of an endpoint', () => {
  const env = { OPENAI_API_KEY: 'sk-openai' };

  it.each(['https://api.openai.com/v1', 'https://api.openai.com/v1/', 'https://API.OpenAI.com:443/v1'])(
    'is that of OpenAI for %s',
    (url) => expect(keyFor(url, env)).toBe('sk-openai'),
  );

  it.each([
    'http://api.openai.com/v1',
    'https://api.openai.com.example.org/v1',
    'https://api.openai.com@example.org/v1',
    'https://api.openai.com:8443/v1',
    'https://eu.api.openai.com/v1',
    'http://127.0.0.1:11434/v1',
  ])('is not that of OpenAI for %s', (url) => expect(keyFor(url, env)).toBeUndefined());

  it('is the one that was given for this, wherever that goes', () => {
    const both = { ...env, VIRTUAL_CONTEXT_API_KEY: 'vc' };
    expect(keyFor('https://example.org/v1', both)).toBe('vc');
    expect(keyFor('https://api.openai.com/v1', both)).toBe('vc');
    expect(keyFor('https://api.openai.com/v1', { VIRTUAL_CONTEXT_API_KEY: '', OPENAI_API_KEY: '' })).toBe(
      undefined,
    );
  });
});
