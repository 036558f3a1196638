import { expect, it } from 'vitest';
import { withEnvironment } from '../../../src/disk/sharedCredentials';
import { sharedLocation } from '../../../src/disk/sharedLocation';

const isAddress = (uri: string) => sharedLocation.safeParse({ uri, credentials: {} }).success;

it('takes addresses of object stores and databases, and none that holds a key', () => {
  for (const uri of ['s3://team', 's3://team/a/b', 'gs://team/x', 'az://container/x', 'db://main'])
    expect(isAddress(uri)).toBe(true);
  for (const uri of [
    '',
    '/tmp/x',
    'file:///x',
    'https://x/y',
    's3://',
    's3://k:s@team/x',
    'db://x?api_key=k',
  ])
    expect(isAddress(uri)).toBe(false);
});

it('takes credentials from the environment, given ones first, and nothing else', () => {
  const env = {
    AWS_ACCESS_KEY_ID: 'env',
    AWS_REGION: 'eu-1',
    AWS_PROFILE: '',
    LANCEDB_API_KEY: 'cloud',
    OPENAI_API_KEY: 'no',
    PATH: '/bin',
  };
  expect(
    withEnvironment({ uri: 's3://team', credentials: { aws_access_key_id: 'own' } }, env).credentials,
  ).toEqual({ aws_access_key_id: 'own', aws_region: 'eu-1' });
  expect(withEnvironment({ uri: 'db://main', credentials: {} }, env).credentials).toEqual({
    api_key: 'cloud',
  });
});
