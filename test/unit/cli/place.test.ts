import { homedir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { defaultStore, placeOf } from '../../../src/cli/place';

it('keeps the store of a folder in the data folder of the platform', () => {
  // sha256('/code/shop')
  const name = 'shop-89eba2db88c4';
  expect(defaultStore('/code/shop', 'linux', { XDG_DATA_HOME: '/data' })).toBe(
    `/data/virtual-context/${name}`,
  );
  const home = join(homedir(), '.local', 'share', 'virtual-context', name);
  expect(defaultStore('/code/shop', 'linux', {})).toBe(home);
  expect(defaultStore('/code/shop', 'linux', { XDG_DATA_HOME: 'relative' })).toBe(home);
  expect(defaultStore('/code/shop', 'darwin', {})).toBe(
    join(homedir(), 'Library', 'Application Support', 'virtual-context', name),
  );
  expect(defaultStore('/code/shop', 'win32', { LOCALAPPDATA: '/local' })).toBe(
    `/local/virtual-context/${name}`,
  );
});

it('tells folders of the same name apart', () => {
  expect(defaultStore('/a/shop', 'linux', {})).not.toBe(defaultStore('/b/shop', 'linux', {}));
});

it('resolves workspace and store', async () => {
  const { root, store } = await placeOf({ workspace: import.meta.dirname, store: 'relative' });
  expect(root).toEqual({ name: 'cli', path: import.meta.dirname });
  expect(store).toBe(join(process.cwd(), 'relative'));
  await expect(placeOf({ workspace: import.meta.filename })).rejects.toThrow('is not a folder');
});
