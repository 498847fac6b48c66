import type { IncomingHttpHeaders } from 'node:http';

/** Whether a request over HTTP/1.1 has a body, by its headers (RFC 9112, section 6.3). */
export function hasBody(headers: IncomingHttpHeaders): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
