import { formatDuration } from '../../../apimachinery/duration.js';
import { acceptGrpcHealth, NOT_SERVING, SERVING } from '../grpc-health.js';
import type { Process } from '../process/process.js';
import type { Parsed } from './arguments.js';
import { goLog } from './go-log.js';
import { untilStopped } from './image-server.js';
import { listen, serveHttp } from './serve.js';

const GRPC_PORT = 5000;
const HTTP_PORT = 8080;

/** `agnhost grpc-health-checking`: well until it is told otherwise, or for a number of seconds. */
export async function agnhostGrpcHealthChecking(process: Process, { options }: Parsed): Promise<number> {
  const { clock } = process.machine;
  const began = clock.now();
  const port = Number(options.get('port') ?? GRPC_PORT);
  const httpPort = Number(options.get('http-port') ?? HTTP_PORT);
  const limit = Number(options.get('delay-unhealthy-sec') ?? -1);
  let isForced = false;
  const isWell = (): boolean => !isForced && (limit < 0 || clock.now() - began < limit * 1000);
  serveHttp(process, httpPort, async (request, response) => {
    request.resume();
    const isBad = request.url === '/make-not-serving';
    if (!isBad && request.url !== '/make-serving') {
      response.writeHead(404);
      response.end('404 page not found\n');
      return;
    }
    isForced = isBad;
    await goLog(process, `Mark as ${isBad ? 'un' : ''}healthy`);
    response.end(formatDuration((clock.now() - began) * 1_000_000));
  });
  await goLog(process, `Http server starting to listen on :${String(httpPort)}`);
  listen(process, port, (connection) => {
    acceptGrpcHealth(connection, async (service) => {
      await goLog(process, 'Serving the Check request for health check');
      if (service !== (options.get('service') ?? '')) return undefined;
      return isWell() ? SERVING : NOT_SERVING;
    });
  });
  await goLog(process, `gRPC server starting to listen on :${String(port)}`);
  return await untilStopped(process, { stopCode: 2 });
}
