import { describe, expect, it } from 'vitest';
import { isSecretPath } from '../../../src/engine/secretFiles';

describe('isSecretPath', () => {
  it.each([
    '.env',
    'app/.env.local',
    'prod.env',
    'C:\\work\\.ENV',
    'keys/server.pem',
    'id_rsa',
    '/home/me/.ssh/config',
    '.aws/credentials',
    'credentials.json',
    'config/secrets.yml',
    '.npmrc',
    'release.keystore',
    'service-account-prod.json',
  ])('asks before %s', (path) => expect(isSecretPath(path)).toBe(true));

  it.each([
    '.env.example',
    'src/env.ts',
    'environment.ts',
    'src/secretFiles.ts',
    'keyboard.ts',
    'credentials.ts',
    'a.pem.md',
    'monkey.js',
  ])('lets %s pass', (path) => expect(isSecretPath(path)).toBe(false));
});
