import type { FastifyInstance } from 'fastify';
import type { ServerOptions } from '../options.js';

/** The service account issuer's documents (OpenID Connect discovery, RFC 7517). */
export function wellKnownRoutes(app: FastifyInstance, options: ServerOptions): void {
  app.get('/.well-known/openid-configuration', async (_request, reply) => {
    reply.header('cache-control', 'public, max-age=3600');
    return await reply.type('application/json').send(JSON.stringify(await options.documents.openidConfiguration()));
  });
  app.get('/openid/v1/jwks', async (_request, reply) => {
    reply.header('cache-control', 'public, max-age=3600');
    return await reply.type('application/jwk-set+json').send(JSON.stringify(await options.documents.jwks()));
  });
}
