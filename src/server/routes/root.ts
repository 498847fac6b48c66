import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { noSuchPath, StatusError } from '../../apimachinery/status.js';
import { OBJECT_METHODS } from '../methods.js';
import { acceptOnly } from '../negotiate.js';
import type { ServerOptions } from '../options.js';
import { sendBytes } from '../respond.js';
import { rootPaths } from '../root-paths.js';

/** `/` lists what there is, `/version` says which version this is. */
export function rootRoutes(app: FastifyInstance, options: ServerOptions): void {
  for (const url of ['/', '/index.html'])
    app.route({
      method: [...OBJECT_METHODS],
      url,
      handler: (_request, reply) =>
        sendBytes(reply, 200, 'application/json', Buffer.from(JSON.stringify({ paths: rootPaths(options) }, undefined, 2)), undefined),
    });
  serveDocument(app, '/version', async ({ kube }, reply) => {
    acceptOnly(kube, 'application/json');
    await sendBytes(reply, 200, 'application/json', Buffer.from(JSON.stringify(options.documents.version(), undefined, 2)), undefined);
  });
  // A web service of its own, whose router answers what is below.
  app.route({ method: [...OBJECT_METHODS], url: '/version/*', handler: () => Promise.reject(noSuchPath()) });
}

/** A document that can only be got. Its path may end in a slash, as with all that go-restful's router serves. */
export function serveDocument(
  app: FastifyInstance,
  path: string,
  handler: (request: FastifyRequest, reply: FastifyReply) => Promise<void>,
): void {
  for (const url of [path, `${path}/`]) {
    app.get(url, handler);
    app.route({ method: OBJECT_METHODS.filter((method) => method !== 'GET'), url, handler: () => Promise.reject(methodNotAllowed()) });
  }
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
