import type { FastifyInstance } from 'fastify';
import { JWKS_CONTENT_TYPE, JWKS_PATH, OPENID_CACHE_CONTROL, OPENID_CONFIGURATION_PATH } from '../../auth/service-account/openid.js';
import { acceptOnly } from '../negotiate.js';
import type { ServerOptions } from '../options.js';
import { sendBytes } from '../respond.js';
import { serveDocument } from './root.js';

/** The service account issuer's documents (OpenID Connect discovery, RFC 7517). */
export function wellKnownRoutes(app: FastifyInstance, { documents }: ServerOptions): void {
  const serve = (path: string, type: string, document: () => Promise<object> | object): void => {
    serveDocument(app, path, async ({ kube }, reply) => {
      acceptOnly(kube, type);
      reply.header('cache-control', OPENID_CACHE_CONTROL);
      await sendBytes(reply, 200, type, Buffer.from(JSON.stringify(await document())), undefined);
    });
  };
  serve(OPENID_CONFIGURATION_PATH, 'application/json', () => documents.openidConfiguration());
  serve(JWKS_PATH, JWKS_CONTENT_TYPE, () => documents.jwks());
}
