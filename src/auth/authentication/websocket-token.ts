import { AuthenticationError, headerValues, type AuthRequest } from './authenticator.js';

const PREFIX = 'base64url.bearer.authorization.k8s.io.';

/**
 * Browsers can't set headers on a WebSocket, so a token may come as one of its
 * subprotocols; there must be another one besides, which is then negotiated
 * (Go: apiserver/pkg/authentication/request/websocket).
 */
export function webSocketToken(request: AuthRequest): string | undefined {
  if (!isWebSocketRequest(request)) return undefined;
  let token: string | undefined;
  let others = 0;
  for (const header of headerValues(request, 'sec-websocket-protocol')) {
    for (const item of header.split(',')) {
      const protocol = item.trim();
      if (!protocol.startsWith(PREFIX)) {
        others++;
        continue;
      }
      if (token !== undefined) throw new AuthenticationError('multiple base64.bearer.authorization tokens specified');
      token = decode(protocol.slice(PREFIX.length));
    }
  }
  if (token === undefined || token === '') return undefined;
  if (others === 0) throw new AuthenticationError('missing additional subprotocol');
  return token;
}

function isWebSocketRequest({ headers }: AuthRequest): boolean {
  if (headers.upgrade?.toLowerCase() !== 'websocket') return false;
  return (headers.connection ?? '')
    .toLowerCase()
    .split(',')
    .some((item) => item.trim() === 'upgrade');
}

function decode(encoded: string): string {
  if (!/^[A-Za-z0-9_-]*$/.test(encoded) || encoded.length % 4 === 1) {
    throw new AuthenticationError('invalid base64.bearer.authorization token encoding');
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(encoded, 'base64url'));
  } catch {
    throw new AuthenticationError('invalid base64.bearer.authorization token');
  }
}
