import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { OBJECT_METHODS } from '../methods.js';
import type { HealthCheck, ServerOptions } from '../options.js';
import { pageNotFound } from './not-found.js';

/** /livez, /readyz and /healthz with ?verbose, ?exclude and single checks (Go: apiserver/pkg/server/healthz). */
export function healthRoutes(app: FastifyInstance, options: ServerOptions): void {
  for (const name of ['livez', 'readyz', 'healthz'] as const) {
    const checks = options.health[name];
    app.route({ method: [...OBJECT_METHODS], url: `/${name}`, handler: (request, reply) => summary(name, checks, request, reply) });
    app.route({
      method: [...OBJECT_METHODS],
      url: `/${name}/*`,
      handler: async (request, reply) => {
        const wanted = request.kube.info.path.slice(name.length + 2);
        const check = checks.find((candidate) => candidate.name === wanted);
        if (check === undefined) {
          await pageNotFound(request, reply);
          return;
        }
        const well = healthy(check);
        await text(reply, well ? 200 : 500, well ? 'ok' : `internal server error: ${check.name} failed`);
      },
    });
  }
}

function healthy(check: HealthCheck): boolean {
  try {
    return check.check();
  } catch {
    return false;
  }
}

async function summary(name: string, checks: readonly HealthCheck[], request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const { query } = request.kube;
  const excluded = new Set(query.get('exclude') ?? []);
  const lines: string[] = [];
  let failed = false;
  for (const check of checks) {
    if (excluded.delete(check.name)) {
      lines.push(`[+]${check.name} excluded: ok\n`);
      continue;
    }
    if (healthy(check)) lines.push(`[+]${check.name} ok\n`);
    else {
      failed = true;
      lines.push(`[-]${check.name} failed: reason withheld\n`);
    }
  }
  if (excluded.size > 0)
    lines.push(
      `warn: some health checks cannot be excluded: no matches for ${[...excluded].map((item) => JSON.stringify(item)).join(',')}\n`,
    );
  if (failed) await text(reply, 500, `${lines.join('')}${name} check failed\n`);
  else if (query.has('verbose')) await text(reply, 200, `${lines.join('')}${name} check passed\n`);
  else await text(reply, 200, 'ok');
}

async function text(reply: FastifyReply, status: number, body: string): Promise<void> {
  reply.header('x-content-type-options', 'nosniff');
  await reply.code(status).type('text/plain; charset=utf-8').send(body);
}
