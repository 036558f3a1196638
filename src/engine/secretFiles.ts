/** Which files look like they hold secrets: they are never indexed, and reading them asks the person first. */

const secretNames: readonly RegExp[] = [
  /^\.env$/,
  /^\.env[.\-_]/,
  /\.env$/,
  /^\.envrc$/,
  /^id_(rsa|dsa|ecdsa|ed25519)(_sk)?$/,
  /^\.?(git-)?credentials(\.(json|ya?ml|xml|toml|ini|properties|enc))?$/,
  /^(client_)?secrets?\.(json|ya?ml|toml|ini|properties)$/,
  /^client_secret.*\.json$/,
  /^service[-_]?account.*\.json$/,
  /^\.(npmrc|yarnrc|pypirc|netrc|pgpass|my\.cnf|htpasswd|dockercfg|vault-token|terraformrc)$/,
  /^_netrc$/,
  /^\.?htpasswd$/,
  /^terraform\.tfstate(\.backup)?$/,
  /\.(pem|key|p12|pfx|pkcs12|p8|jks|keystore|kdbx|ppk|asc|gpg|ovpn|tfvars)$/,
];

const secretFolders = new Set(['.ssh', '.gnupg', '.aws', '.kube', '.docker', '.azure']);

/** Templates are written to be read: `.env.example` names the variables and holds none of the values. */
const template = /[.\-_](example|sample|template|dist|defaults?|schema)$/;

/**
 * @param path a workspace or absolute path with either separator
 * @returns whether the file's name or folder says that it holds keys, tokens or passwords
 */
export function isSecretPath(path: string): boolean {
  const parts = path.toLowerCase().split(/[\\/]/);
  const name = parts.pop() ?? '';
  if (parts.some((part) => secretFolders.has(part))) return true;
  if (template.test(name)) return false;
  return secretNames.some((pattern) => pattern.test(name));
}
