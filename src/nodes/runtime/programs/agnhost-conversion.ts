import type { Process } from '../process/process.js';
import type { Parsed } from './arguments.js';
import { untilStopped } from './image-server.js';
import { bodyOf, servingCredentialOf, serveHttps } from './serve.js';

interface Convertible {
  readonly apiVersion?: string;
  readonly [field: string]: unknown;
}

interface ConversionReview {
  readonly apiVersion: string;
  readonly kind: string;
  readonly request: { readonly uid: string; readonly desiredAPIVersion: string; readonly objects?: readonly Convertible[] };
}

/** `agnhost crd-conversion-webhook`: the converter of Kubernetes' own tests, between the two versions of its example. */
export async function agnhostConversionWebhook(process: Process, { options }: Parsed): Promise<number> {
  serveHttps(
    process,
    Number(options.get('port') ?? 443),
    async (request, response) => {
      const [path = '/'] = (request.url ?? '/').split('?');
      if (path === '/readyz') {
        response.end('ok');
        return;
      }
      if (path !== '/crdconvert') {
        response.writeHead(404);
        response.end('404 page not found\n');
        return;
      }
      const review = JSON.parse((await bodyOf(request)).toString('utf8')) as ConversionReview;
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(converted(review)));
    },
    servingCredentialOf(process, options),
  );
  return await untilStopped(process, { stopCode: 2 });
}

function converted({ apiVersion, kind, request }: ConversionReview): object {
  const { uid, desiredAPIVersion, objects = [] } = request;
  const answer = (response: object): object => ({ apiVersion, kind, response: { uid, ...response } });
  try {
    const convertedObjects = objects.map((object) => ({ ...convert(object, desiredAPIVersion), apiVersion: desiredAPIVersion }));
    return answer({ convertedObjects, result: { status: 'Success' } });
  } catch (error) {
    return answer({ convertedObjects: [], result: { status: 'Failure', message: error instanceof Error ? error.message : String(error) } });
  }
}

const V1 = 'stable.example.com/v1';
const V2 = 'stable.example.com/v2';

/** v1 has `hostPort: host:port`, v2 has both by themselves. Throws with the webhook's words. */
function convert(object: Convertible, wanted: string): Convertible {
  const { apiVersion = '' } = object;
  if (apiVersion === wanted) throw new Error(`conversion from a version to itself should not call the webhook: ${wanted}`);
  if (apiVersion !== V1 && apiVersion !== V2) throw new Error(`unexpected conversion version ${JSON.stringify(apiVersion)}`);
  if (wanted !== V1 && wanted !== V2) throw new Error(`unexpected conversion version ${JSON.stringify(wanted)}`);
  if (wanted === V2) {
    const { hostPort, ...rest } = object;
    if (hostPort === undefined) return rest;
    const parts = String(hostPort).split(':');
    if (parts.length !== 2) throw new Error(`invalid hostPort value \`${String(hostPort)}\``);
    return { ...rest, host: parts[0], port: parts[1] };
  }
  const { host, port, ...rest } = object;
  if (host === undefined && port === undefined) return rest;
  return { ...rest, hostPort: `${String(host ?? '')}:${String(port ?? '')}` };
}
