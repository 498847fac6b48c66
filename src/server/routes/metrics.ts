import type { FastifyInstance, FastifyReply } from 'fastify';
import { OBJECT_METHODS } from '../methods.js';
import type { HealthCheck, ServerOptions } from '../options.js';

const OTHER_METHODS = OBJECT_METHODS.filter((method) => method !== 'DELETE');
const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8; escaping=underscores';

/** /metrics in Prometheus' text format, and /metrics/slis with the health checks (KEP-3466); whatever the method. */
export function metricsRoutes(app: FastifyInstance, options: ServerOptions): void {
  const startedAt = Math.floor(options.clock.now() / 1000);
  const send = (reply: FastifyReply, body: string): FastifyReply =>
    reply.type(CONTENT_TYPE).header('process-start-time-unix', String(startedAt)).send(body);
  const serve = (url: string, render: () => Promise<string> | string, reset: () => void): void => {
    app.route({ method: OTHER_METHODS, url, handler: async (_request, reply) => await send(reply, await render()) });
    app.delete(url, async (_request, reply) => {
      reset();
      return await reply.type('text/plain; charset=utf-8').send('metrics reset\n');
    });
  };
  serve(
    '/metrics',
    () => options.metrics.render(),
    () => {
      options.metrics.reset();
    },
  );
  serve(
    '/metrics/slis',
    () => healthMetrics(options.health),
    () => undefined,
  );
}

/** How all checks are now. */
function healthMetrics(health: ServerOptions['health']): string {
  const rows = (['healthz', 'livez', 'readyz'] as const).flatMap((type) =>
    [...health[type]].sort(byName).map((check) => ({ labels: `name="${check.name}"`, type, isWell: check.check() })),
  );
  return [
    '# HELP kubernetes_healthcheck [STABLE] This metric records the result of a single healthcheck.\n',
    '# TYPE kubernetes_healthcheck gauge\n',
    ...rows.map(({ labels, type, isWell }) => `kubernetes_healthcheck{${labels},type="${type}"} ${isWell ? '1' : '0'}\n`),
    '# HELP kubernetes_healthchecks_total [STABLE] This metric records the results of all healthcheck.\n',
    '# TYPE kubernetes_healthchecks_total counter\n',
    ...rows.map(
      ({ labels, type, isWell }) => `kubernetes_healthchecks_total{${labels},status="${isWell ? 'success' : 'error'}",type="${type}"} 1\n`,
    ),
  ].join('');
}

function byName(a: HealthCheck, b: HealthCheck): number {
  return a.name < b.name ? -1 : 1;
}
