import { expect, it } from 'vitest';
import { fileOfBlock } from '../../../src/webview/markdown/fileOfBlock';

it.each([
  ['ts src/a.ts', '', 'src/a.ts'],
  ['ts:src/a.ts', '', 'src/a.ts'],
  ['ts title="src/my-a.test.ts"', '', 'src/my-a.test.ts'],
  ['src/a.ts:10-20', '', 'src/a.ts'],
  ['ts ./b.ts', '', 'b.ts'],
  ['', '// src/a.ts\nx', 'src/a.ts'],
  ['python', '# file: tools/run.py\nx', 'tools/run.py'],
  ['html', '<!-- index.html -->', 'index.html'],
  ['ts', '// explains what follows\nx', undefined],
  ['ts', 'const a = 1.5;', undefined],
  ['ts {1,3}', '', undefined],
  ['ts ../outside.ts', '', undefined],
  ['python', '# 3.12', undefined],
])('reads ```%s with first line %j as %s', (info, code, file) => {
  expect(fileOfBlock(info, code)).toBe(file);
});
