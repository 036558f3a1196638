import { expect, it } from 'vitest';
import { twinsOf } from '../../../src/engine/twins';

it.each([
  ['src/engine/PageTable.ts', 'test/unit/engine/PageTable.test.ts'],
  ['src/engine/PageTable.ts', 'src/engine/PageTable.test.ts'],
  ['packages/a/src/x/y.ts', 'packages/a/test/x/y.test.ts'],
  ['src/ui/Card.tsx', 'src/ui/__tests__/Card.test.tsx'],
  ['app/billing/views.py', 'app/billing/tests/test_views.py'],
  ['scrapy/http/cookies.py', 'tests/test_cookies.py'],
  ['internal/store/redis.go', 'internal/store/redis_test.go'],
  ['src/main/java/shop/Cart.java', 'src/test/java/shop/CartTest.java'],
  ['lib/shop/cart.rb', 'spec/shop/cart_spec.rb'],
  ['src/ring.c', 'tests/test_ring.c'],
])('%s and %s belong together', (source, test) => {
  expect(twinsOf(source)).toContain(test);
  expect(twinsOf(source)).not.toContain(source);
});

it.each([
  ['test/unit/engine/PageTable.test.ts', 'src/engine/PageTable.ts'],
  ['src/engine/PageTable.test.ts', 'src/engine/PageTable.ts'],
  ['src/ui/__tests__/Card.test.tsx', 'src/ui/Card.tsx'],
  ['app/billing/tests/test_views.py', 'app/billing/views.py'],
  ['internal/store/redis_test.go', 'internal/store/redis.go'],
  ['src/test/java/shop/CartTest.java', 'src/main/java/shop/Cart.java'],
])('%s tests %s', (test, source) => {
  expect(twinsOf(test)).toContain(source);
});

it('knows none for other files', () => {
  expect(twinsOf('README.md')).toEqual([]);
  expect(twinsOf('Makefile')).toEqual([]);
});
