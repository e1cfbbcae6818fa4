/** An idempotency key. `crypto.randomUUID` is missing where a hub on the local network is reached over plain http. */
export function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), b => b.toString(16).padStart(2, '0')).join('');
}
