import type { AggregatedAnswer } from '../../registry/aggregated-api.js';

/** 503 in the words of Go's http.Error. */
export function refused(why: string): AggregatedAnswer {
  return {
    status: 503,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' },
    body: Buffer.from(`${why}\n`),
  };
}

/** The largest document of another server that is read into memory. Bytes. */
const MAX_DOCUMENT = 64 * 1024 * 1024;

/** The whole body of an answer. Rejects if it is too large. */
export async function bytesOf(body: AggregatedAnswer['body']): Promise<Buffer> {
  if (Buffer.isBuffer(body)) return body;
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body) {
    size += part.length;
    if (size > MAX_DOCUMENT) throw new Error(`the answer is larger than ${String(MAX_DOCUMENT)} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts, size);
}
