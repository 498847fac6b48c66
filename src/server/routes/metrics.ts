import type { FastifyInstance } from 'fastify';
import type { ServerOptions } from '../options.js';

/** /metrics in Prometheus' text format. */
export function metricsRoutes(app: FastifyInstance, options: ServerOptions): void {
  app.get('/metrics', async (_request, reply) => {
    const { contentType, body } = await options.metrics.render();
    return await reply.type(contentType).send(body);
  });
}
