import { describe, expect, it } from 'vitest';
import { planItems } from '../../../src/engine/openItems';

describe('planItems', () => {
  it.each([
    ['- [ ] write the migration', ['write the migration']],
    ['* [ ] docs\n* [ ] release notes', ['docs', 'release notes']],
    ['1. [ ] rename the flag', ['rename the flag']],
    ['TODO: handle timeouts.', ['handle timeouts']],
    ['- TODO(kim) handle timeouts', ['handle timeouts']],
    ['Next: wire the settings; document them', ['wire the settings', 'document them']],
    ['**Left:** the Windows build.', ['the Windows build']],
    ['Next steps:\n1. test it\n2. ship it\n\nThat is all.\n- not an item', ['test it', 'ship it']],
    ['## Still to do\n- `b.ts` has no tests', ['`b.ts` has no tests']],
    ['The parser works. We still need to cover emoji.', ['We still need to cover emoji']],
    ['下一步：更新文档', ['更新文档']],
    ['Noch offen: die Doku', ['die Doku']],
  ])('%j is open', (text, open) => {
    expect(planItems(text)).toEqual({ open, done: [] });
  });

  it.each([
    'The todo list renders.',
    'Left: none',
    'Next: nothing',
    '```\n- [ ] in code\nTODO: in code\n```',
    '> - [ ] quoted',
    'Click Next to go on.',
    'Turn left: the door is there.',
    'const todo = 1; // TODO: later',
    'I still think so.',
    'Open: https://example.org'.replace('Open', 'Opened'),
  ])('%j states nothing open', (text) => {
    expect(planItems(text).open).toEqual([]);
  });

  it('sees what is done', () => {
    expect(planItems('- [x] write the migration\nDone: docs; release notes')).toEqual({
      open: [],
      done: ['write the migration', 'docs', 'release notes'],
    });
  });
});
