import type { Process } from '../process/process.js';
import { untilStopped } from './image-server.js';
import { clientOf, serveHttp } from './serve.js';

/** gcr.io/google-samples/hello-app. */
export async function helloApp(process: Process): Promise<number> {
  const port = Number(process.env.get('PORT') ?? 8080);
  await process.error(`Server listening on port ${String(port)}\n`);
  serveHttp(process, port, async (request, response) => {
    request.resume();
    await process.error(`Serving request: ${request.url ?? '/'}\n`);
    response.end(`Hello, world!\nVersion: 1.0.0\nHostname: ${process.machine.hostname}\n`);
  });
  return await untilStopped(process, {});
}

/** The Kubernetes tutorial's bootcamp app. */
export async function sampleServer(process: Process): Promise<number> {
  serveHttp(process, 8080, (request, response) => {
    request.resume();
    response.end(`Hello Kubernetes bootcamp! | Running on: ${process.machine.hostname} | v=1\n`);
  });
  return await untilStopped(process, {});
}

/** traefik/whoami. */
export async function whoamiServer(process: Process): Promise<number> {
  serveHttp(process, Number(process.env.get('WHOAMI_PORT_NUMBER') ?? 80), (request, response) => {
    request.resume();
    const headers = Object.entries(request.headers).map(([name, value]) => `${name}: ${String(value)}\n`);
    const address = process.machine.network.address;
    response.end(
      `Hostname: ${process.machine.hostname}\nIP: 127.0.0.1\nIP: ${address}\nRemoteAddr: ${clientOf(request).address}\n${request.method ?? ''} ${request.url ?? ''} HTTP/1.1\n${headers.join('')}\n`,
    );
  });
  return await untilStopped(process, {});
}
