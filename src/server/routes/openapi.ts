import type { FastifyInstance } from 'fastify';
import type { ServerOptions } from '../options.js';

export function openapiRoutes(_app: FastifyInstance, _options: ServerOptions): void {
  // wired below
}
