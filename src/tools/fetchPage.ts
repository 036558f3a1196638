/**
 * One GET request for text. A bundle of its own in the editor (the parser of HTML is large), loaded with the first fetch.
 */
import { type LookupAddress, lookup } from 'node:dns';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import { pipeline, type Readable } from 'node:stream';
import { createBrotliDecompress, createUnzip } from 'node:zlib';
import { VirtualContextError } from '../engine/errors';
import { htmlText } from './htmlText';
import { privateNetwork } from './privateAddress';

export type Fetched =
  | {
      readonly kind: 'text';
      /** Of an HTML page; else empty. */
      readonly title: string;
      /** Media type. */
      readonly type: string;
      readonly text: string;
      /** There was more than is kept. */
      readonly cut: boolean;
    }
  | { readonly kind: 'redirect'; readonly location: string }
  /** Nothing was sent. */
  | { readonly kind: 'private'; readonly network: string; readonly address: string };

/** The page cannot be had, or is no text. */
export class FetchError extends VirtualContextError {}

/** Of the body, unpacked. */
const MAX_BYTES = 2_000_000;
const TIMEOUT_MS = 20_000;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const textTypes =
  /^text\/|^application\/(json|xml|javascript|ecmascript|x-sh|yaml|x-yaml|toml|graphql)$|\+(json|xml)$/;

/** The name leads to an address that was not asked about. */
class PrivateAddress extends Error {
  constructor(
    readonly network: string,
    readonly address: string,
  ) {
    super(address);
  }
}

/**
 * @param url http or https; who calls has asked the person
 * @param options.allowed the host or address on this machine or in the local network that the person knows it leads to
 * @throws FetchError | the signal's reason
 */
export async function fetchPage(
  url: URL,
  { allowed }: { readonly allowed?: string },
  signal: AbortSignal,
): Promise<Fetched> {
  const known = privateNetwork(url.hostname);
  if (known !== undefined && allowed !== url.hostname) {
    return { kind: 'private', network: known, address: url.hostname };
  }
  const limited = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
  try {
    const response = await get(url, allowed, limited);
    try {
      return await answerOf(url, response);
    } finally {
      response.destroy();
    }
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (error instanceof FetchError) throw error;
    if (error instanceof PrivateAddress) {
      return { kind: 'private', network: error.network, address: error.address };
    }
    const why = limited.aborted
      ? `did not answer within ${TIMEOUT_MS / 1000} seconds`
      : `cannot be reached (${error instanceof Error ? error.message : String(error)})`;
    throw new FetchError(`${url.host} ${why}.`, 'Check the address, or go on without it.', { cause: error });
  }
}

function get(url: URL, allowed: string | undefined, signal: AbortSignal): Promise<IncomingMessage> {
  const headers = {
    accept: 'text/html,text/plain,text/markdown,application/json;q=0.9,*/*;q=0.1',
    'accept-encoding': 'gzip',
    'user-agent': 'virtual-context',
  };
  const send = url.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    // A connection of its own: one that was kept from an earlier fetch would be used without looking the name up.
    const options = { method: 'GET', agent: false, headers, signal, lookup: guardedLookup(allowed) };
    send(url, options, resolve).once('error', reject).end();
  });
}

/** The address that is checked is the one that is connected to: a name may lead elsewhere a moment later. */
function guardedLookup(allowed: string | undefined): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found: LookupAddress[] = []) => {
      const agreed = found.filter(({ address }) => address === allowed);
      const addresses = agreed.length > 0 ? agreed : found;
      const [first] = addresses;
      if (error || !first) {
        callback(error ?? new Error(`${hostname} has no address`), '');
        return;
      }
      for (const { address } of addresses) {
        const network = address === allowed ? undefined : privateNetwork(address);
        // A name like localhost says itself where it leads.
        if (network === undefined || (hostname === allowed && network === privateNetwork(hostname))) continue;
        callback(new PrivateAddress(network, address), '');
        return;
      }
      if (options.all) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

async function answerOf(url: URL, response: IncomingMessage): Promise<Fetched> {
  const { statusCode = 0, statusMessage = '', headers } = response;
  if (REDIRECTS.has(statusCode) && headers.location !== undefined) {
    return { kind: 'redirect', location: headers.location };
  }
  if (statusCode < 200 || statusCode > 299) {
    const status = `${statusCode} ${statusMessage}`.trim();
    throw new FetchError(`${url.href} answers ${status}.`, 'Check the address, or go on without it.');
  }
  const [type = '', ...parameters] = (headers['content-type'] ?? '').toLowerCase().split(';');
  const media = type.trim();
  if (media !== '' && !textTypes.test(media)) throw noText(url, media);
  const { bytes, cut } = await bodyOf(response);
  const charset = parameters.map((text) => /^\s*charset="?([^"]+)"?/.exec(text)?.[1]).find((name) => name);
  const isHtml = /html/.test(media);
  const text = decoded(bytes, charset ?? (isHtml ? declaredCharset(bytes) : undefined));
  if (text.includes('\0')) throw noText(url, media || 'binary');
  if (!isHtml) return { kind: 'text', title: '', type: media || 'text', text, cut };
  return { kind: 'text', type: media, cut, ...htmlText(text, url) };
}

function noText(url: URL, type: string): FetchError {
  return new FetchError(`${url.href} is no text (${type}).`, 'Only text can be fetched; find another page.');
}

async function bodyOf(response: IncomingMessage): Promise<{ bytes: Buffer; cut: boolean }> {
  const body = unpacked(response);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(chunk as Buffer);
    size += (chunk as Buffer).length;
    if (size > MAX_BYTES) break;
  }
  return { bytes: Buffer.concat(chunks).subarray(0, MAX_BYTES), cut: size > MAX_BYTES };
}

function unpacked(response: IncomingMessage): Readable {
  const encoding = response.headers['content-encoding'] ?? 'identity';
  if (encoding === 'identity') return response;
  const unpack = encoding === 'br' ? createBrotliDecompress() : createUnzip();
  // A failure on either side ends the other, and whoever reads is told.
  return pipeline(response, unpack, () => undefined);
}

function declaredCharset(bytes: Buffer): string | undefined {
  return /<meta[^>]+charset=["']?([\w-]+)/i.exec(bytes.subarray(0, 2048).toString('latin1'))?.[1];
}

function decoded(bytes: Buffer, charset = 'utf-8'): string {
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    // A name that nobody knows.
    return new TextDecoder().decode(bytes);
  }
}
