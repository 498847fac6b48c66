import type { FastifyReply, FastifyRequest } from 'fastify';

/** What the aggregator says while nothing answers for an APIService. */
export async function serviceUnavailable(reply: FastifyReply): Promise<void> {
  reply.header('x-content-type-options', 'nosniff');
  await reply.code(503).type('text/plain; charset=utf-8').send('service unavailable\n');
}

/** Go's http.NotFound: what the real server says to paths that are nobody's. */
export async function pageNotFound(_request: FastifyRequest, reply: FastifyReply): Promise<void> {
  reply.header('x-content-type-options', 'nosniff');
  await reply.code(404).type('text/plain; charset=utf-8').send('404 page not found\n');
}
