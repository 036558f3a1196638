/** A new id for a function call whose model gave it none: unique over the whole session, as addresses are made of it. */
export function newCallId(): string {
  return `call_${globalThis.crypto.randomUUID().replaceAll('-', '').slice(0, 24)}`;
}
