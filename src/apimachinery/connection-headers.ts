/**
 * Headers that belong to one connection and that no proxy passes on (RFC 9110,
 * 7.6.1), with what a proxy settles for its own connection.
 */
export const CONNECTION_HEADERS: readonly string[] = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
];
