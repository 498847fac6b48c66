import type { FastifyInstance } from 'fastify';
import { StatusError } from '../../apimachinery/status.js';
import { OBJECT_METHODS } from '../methods.js';
import { acceptOnly } from '../negotiate.js';
import type { ServerOptions } from '../options.js';
import { sendBytes } from '../respond.js';
import { rootPaths } from '../root-paths.js';

/** `/` lists what there is, `/version` says which version this is. */
export function rootRoutes(app: FastifyInstance, options: ServerOptions): void {
  app.route({
    method: [...OBJECT_METHODS],
    url: '/',
    handler: (_request, reply) =>
      sendBytes(reply, 200, 'application/json', Buffer.from(JSON.stringify({ paths: rootPaths(options) }, undefined, 2)), undefined),
  });
  app.get('/version', async ({ kube }, reply) => {
    acceptOnly(kube, 'application/json');
    await sendBytes(reply, 200, 'application/json', Buffer.from(JSON.stringify(options.documents.version(), undefined, 2)), undefined);
  });
  app.route({
    method: OBJECT_METHODS.filter((method) => method !== 'GET'),
    url: '/version',
    handler: () => Promise.reject(methodNotAllowed()),
  });
}

/** 405 of the router: the path is known, the method isn't. */
export function methodNotAllowed(): StatusError {
  return new StatusError({
    code: 405,
    reason: 'MethodNotAllowed',
    message: 'the server does not allow this method on the requested resource',
    details: {},
  });
}
