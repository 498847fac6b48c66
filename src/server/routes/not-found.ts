import type { FastifyReply, FastifyRequest } from 'fastify';

/** Go's http.NotFound: what the real server says to paths that are nobody's. */
export async function pageNotFound(_request: FastifyRequest, reply: FastifyReply): Promise<void> {
  reply.header('x-content-type-options', 'nosniff');
  await reply.code(404).type('text/plain; charset=utf-8').send('404 page not found\n');
}
