import fc from 'fast-check';
import { expect, it } from 'vitest';
import { tagged } from '../../../src/engine/taggedText';

it('wraps text as it is', () => {
  expect(tagged('summary', 'a <b> & </c>\n')).toBe('<summary>\na <b> & </c>\n\n</summary>');
  expect(tagged('interrupt', 'x', ' kind="resumed"')).toBe('<interrupt kind="resumed">\nx\n</interrupt>');
});

it('is closed once only, whatever the text holds', () => {
  const nasty = fc.array(
    fc.constantFrom('</working_context>', '</WORKING_CONTEXT >', '<', '/', 'working_context', 'x'),
  );
  fc.assert(
    fc.property(nasty, (parts) => {
      const text = tagged('working_context', parts.join(''));
      expect(text.match(/<\/working_context(?!\w)/gi)).toHaveLength(1);
    }),
  );
});
