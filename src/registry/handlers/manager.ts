const MAX_BYTES = 128;

/** The manager of tracked fields: as given, else from the user agent (Go: managerOrUserAgent). */
export function managerOrUserAgent(manager: string, userAgent: string): string {
  if (manager !== '') return manager;
  const slash = userAgent.indexOf('/');
  const head = slash === -1 ? userAgent : userAgent.slice(0, slash);
  if (/^[\x20-\x7e]*$/.test(head)) return head.slice(0, MAX_BYTES);
  let out = '';
  let bytes = 0;
  for (const rune of head) {
    if (!/[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.test(rune)) continue;
    bytes += Buffer.byteLength(rune);
    if (bytes > MAX_BYTES) break;
    out += rune;
  }
  return out;
}
