import type { FastifyReply, FastifyRequest } from 'fastify';
import { plainError, requestEntityTooLarge, StatusError, type Status } from '../apimachinery/status.js';
import type { Logger } from './logger.js';
import { sendStatus, warningHeaders } from './respond.js';

/** Bodies may have this many bytes, as on the real server. */
export const MAX_BODY = 3 * 1024 * 1024;

/** The Status of what is thrown on purpose; undefined for a fault of ours. */
function expectedStatus(error: unknown): Status | undefined {
  if (error instanceof StatusError) return error.status;
  const code = (error as { code?: unknown } | undefined)?.code;
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return requestEntityTooLarge(`Request entity too large: limit is ${String(MAX_BODY)}`).status;
  if (code === 'FST_ERR_CTP_INVALID_CONTENT_LENGTH') return { code: 400, reason: 'BadRequest', message: 'unexpected EOF' };
  if (code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE') return plainError(500, 'unexpected EOF').status;
  return undefined;
}

/** What a fault of ours becomes: a 500 that is logged. */
function faultStatus(error: unknown, logger: Logger, what: string): Status {
  logger.error(`${what} failed`, error);
  const message = error instanceof Error ? error.message : String(error);
  return { code: 500, reason: 'InternalError', message: `Internal error occurred: ${message}`, details: { causes: [{ message }] } };
}

/** The one place where errors become HTTP. */
export function errorHandler(logger: Logger): (error: unknown, request: FastifyRequest, reply: FastifyReply) => Promise<void> {
  return async (error, request, reply) => {
    const { kube } = request;
    const expected = expectedStatus(error);
    const status = expected ?? faultStatus(error, logger, `${request.method} ${request.url}`);
    if (expected === undefined) kube.audit?.panicked(status.message);
    if (reply.raw.headersSent) {
      reply.raw.destroy();
      return;
    }
    // Fastify ends the connection of a body that is too large; HTTP/2 knows no such header, and Node warns of it.
    if (request.raw.httpVersionMajor > 1) reply.removeHeader('connection');
    // Go's words for it; Node says Payload Too Large.
    else if (status.code === 413) reply.raw.statusMessage = 'Request Entity Too Large';
    const { texts } = kube.warnings;
    if (texts.length > 0) reply.header('warning', warningHeaders(texts));
    await sendStatus(reply, status, kube.errorOutput);
  };
}
