import type * as Lance from '@lancedb/lancedb';
import * as z from 'zod';
import { DiskUnavailableError } from '../engine/errors';
import type { LanceModule } from './loadLance';

/** Where a shared index is, and what opens it. */
export interface SharedLocation {
  /** `s3://bucket/path`, `gs://…`, `az://…`, or `db://database` for LanceDB Cloud and Enterprise. */
  readonly uri: string;
  /**
   * As LanceDB's storage options name them (`aws_access_key_id`, `endpoint`, …); for `db://` `api_key`, `region` and `host`.
   * Kept in memory only.
   */
  readonly credentials: Readonly<Record<string, string>>;
}

export const sharedLocation = z.object({
  uri: z
    .string()
    .regex(
      /^(s3|gs|az|db):\/\/[^\s/?#@:]+[^\s?#@]*$/,
      'must be s3://, gs://, az:// or db://, without keys in it',
    ),
  credentials: z.record(z.string(), z.string()),
});

/** A server that is gone is noticed within seconds: LanceDB's own ten attempts take three minutes. */
const quickFailure = { client_max_retries: '2', connect_timeout: '5s', timeout: '30s' };
/** A reader sees what the writer has done within so many seconds. */
const readConsistencyInterval = 5;
const cacheBytes = 128n * 1024n * 1024n;

/**
 * @param folder of the tables below the URI of an object store; LanceDB Cloud has databases instead of folders
 * @throws DiskUnavailableError when the URI is none of a shared index
 */
export function connectShared(
  lance: LanceModule,
  { uri, credentials }: SharedLocation,
  folder: string,
): Promise<Lance.Connection> {
  if (!sharedLocation.shape.uri.safeParse(uri).success) {
    throw new DiskUnavailableError(
      'The address of the shared index is not one.',
      'Give s3://, gs://, az:// or db://, and keys in the environment, not in the address.',
    );
  }
  const session = new lance.Session(cacheBytes, cacheBytes);
  if (!uri.startsWith('db://')) {
    const storageOptions = { ...quickFailure, ...credentials };
    const address = `${uri.replace(/\/+$/, '')}/${folder}`;
    return lance.connect(address, { storageOptions, readConsistencyInterval }, session);
  }
  const { api_key: apiKey, region, host: hostOverride } = credentials;
  return lance.connect(uri, {
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(region === undefined ? {} : { region }),
    ...(hostOverride === undefined ? {} : { hostOverride }),
  });
}
