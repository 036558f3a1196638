import type { SharedLocation } from './sharedLocation';

/** Variables that object stores are opened with: `AWS_ACCESS_KEY_ID`, `GOOGLE_SERVICE_ACCOUNT`, `AZURE_STORAGE_ACCOUNT_KEY`. */
const storeVariable = /^(AWS|GOOGLE|AZURE)_[A-Z0-9_]+$/;
const cloudVariable = /^LANCEDB_(API_KEY|REGION|HOST)$/;

/**
 * The disk process may have been started by another program: each client hands over what its own environment says. LanceDB's
 * storage options have the names of the variables in small letters.
 */
export function withEnvironment(
  { uri, credentials }: SharedLocation,
  env: NodeJS.ProcessEnv = process.env,
): SharedLocation {
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (!value) continue;
    if (uri.startsWith('db://')) {
      const option = cloudVariable.exec(name)?.[1];
      if (option) found[option.toLowerCase()] = value;
    } else if (storeVariable.test(name)) found[name.toLowerCase()] = value;
  }
  return { uri, credentials: { ...found, ...credentials } };
}
