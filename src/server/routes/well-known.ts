import type { FastifyInstance } from 'fastify';
import { sendBytes } from '../respond.js';
import type { ServerOptions } from '../options.js';

/** The service account issuer's documents (OpenID Connect discovery, RFC 7517). */
export function wellKnownRoutes(app: FastifyInstance, options: ServerOptions): void {
  app.get('/.well-known/openid-configuration', async (_request, reply) => {
    reply.header('cache-control', 'public, max-age=3600');
    await sendBytes(reply, 200, 'application/json', Buffer.from(JSON.stringify(await options.documents.openidConfiguration())), undefined);
  });
  app.get('/openid/v1/jwks', async (_request, reply) => {
    reply.header('cache-control', 'public, max-age=3600');
    await sendBytes(reply, 200, 'application/jwk-set+json', Buffer.from(JSON.stringify(await options.documents.jwks())), undefined);
  });
}
