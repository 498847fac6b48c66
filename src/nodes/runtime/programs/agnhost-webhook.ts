import type { Process } from '../process/process.js';
import type { Parsed } from './arguments.js';
import { untilStopped } from './image-server.js';
import { bodyOf, servingCredentialOf, serveHttps } from './serve.js';

/** The part of an AdmissionRequest that the test webhook looks at. */
interface Request {
  readonly uid: string;
  readonly operation: string;
  readonly name?: string;
  readonly object?: Subject | null;
  readonly oldObject?: Subject | null;
}

interface Subject {
  readonly metadata?: { readonly name?: string; readonly labels?: Readonly<Record<string, string>> };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: {
    readonly containers?: readonly { readonly name: string }[];
    readonly initContainers?: readonly { readonly name: string }[];
    readonly versions?: readonly unknown[];
  };
  readonly stdin?: boolean;
  readonly container?: string;
}

interface Verdict {
  readonly allowed: boolean;
  readonly status?: { readonly message?: string; readonly reason?: string };
  readonly patch?: readonly object[];
}

const ALLOWED: Verdict = { allowed: true };
/** How long the slow handler takes. Milliseconds. */
const SLOWNESS = 5000;

/** `agnhost webhook`: the admission webhook of Kubernetes' own tests. */
export async function agnhostWebhook(process: Process, { options }: Parsed): Promise<number> {
  const port = Number(options.get('port') ?? 443);
  const credential = servingCredentialOf(process, options);
  serveHttps(
    process,
    port,
    async (request, response) => {
      const [path = '/'] = (request.url ?? '/').split('?');
      if (path === '/readyz') {
        response.end('ok');
        return;
      }
      const handler = Object.hasOwn(HANDLERS, path) ? HANDLERS[path] : undefined;
      if (handler === undefined) {
        response.writeHead(404);
        response.end('404 page not found\n');
        return;
      }
      const review = JSON.parse((await bodyOf(request)).toString('utf8')) as { apiVersion: string; kind: string; request: Request };
      const { patch, ...verdict } = await handler(review.request, process);
      const patched = patch === undefined ? {} : { patchType: 'JSONPatch', patch: Buffer.from(JSON.stringify(patch)).toString('base64') };
      response.writeHead(200, { 'content-type': 'application/json' });
      const { apiVersion, kind } = review;
      response.end(JSON.stringify({ apiVersion, kind, response: { uid: review.request.uid, ...verdict, ...patched } }));
    },
    credential,
  );
  return await untilStopped(process, { stopCode: 2 });
}

type Handler = (request: Request, process: Process) => Verdict | Promise<Verdict>;

const HANDLERS: Readonly<Record<string, Handler>> = {
  '/always-deny': () => refusal({ message: 'this webhook denies all requests' }),
  '/always-allow-delay-5s': async (_request, process) => {
    await process.sleep(SLOWNESS);
    return ALLOWED;
  },
  '/add-label': ({ object }) => {
    const labels = object?.metadata?.labels;
    if (labels === undefined) return { allowed: true, patch: [add('/metadata/labels', { 'added-label': 'yes' })] };
    return labels['added-label'] === 'yes' ? ALLOWED : { allowed: true, patch: [add('/metadata/labels/added-label', 'yes')] };
  },
  '/pods': checkPod,
  '/pods/attach': ({ name, object }) =>
    name === 'to-be-attached-pod' && object?.stdin === true && object.container === 'container1'
      ? refusal({ message: "attaching to pod 'to-be-attached-pod' is not allowed" })
      : ALLOWED,
  '/mutating-pods': ({ object }) => {
    const containers = object?.spec?.initContainers ?? [];
    if (object?.metadata?.name !== 'webhook-to-be-mutated' || containers.some(({ name }) => name === INIT)) return ALLOWED;
    return { allowed: true, patch: [add('/spec/initContainers', [{ image: 'webhook-added-image', name: INIT, resources: {} }])] };
  },
  '/configmaps': checkData('the configmap'),
  '/mutating-configmaps': mutateData,
  '/custom-resource': checkData('the custom resource'),
  '/mutating-custom-resource': mutateData,
  '/crd': ({ object }) =>
    object?.metadata?.labels?.['webhook-e2e-test'] === 'webhook-disallow'
      ? refusal({ message: 'the crd contains unwanted label' })
      : ALLOWED,
};

const INIT = 'webhook-added-init-container';

function checkPod({ object }: Request, process: Process): Verdict | Promise<Verdict> {
  const label = object?.metadata?.labels?.['webhook-e2e-test'];
  if (label === 'wait-forever') return process.pause();
  const faults = [
    ...(label === 'webhook-disallow' ? ['the pod contains unwanted label;'] : []),
    ...(object?.spec?.containers ?? [])
      .filter(({ name }) => name.includes('webhook-disallow'))
      .map(() => 'the pod contains unwanted container name;'),
  ];
  return faults.length === 0 ? ALLOWED : refusal({ message: faults.join(' ') });
}

function checkData(what: string): Handler {
  return ({ operation, object, oldObject }) => {
    const value = (operation === 'DELETE' ? oldObject : object)?.data?.['webhook-e2e-test'];
    if (value === 'webhook-disallow' && operation !== 'DELETE')
      return refusal({ reason: `${what} contains unwanted ${what === 'the configmap' ? 'key and value' : 'data'}` });
    if (value === 'webhook-nondeletable' && operation === 'DELETE')
      return refusal({
        reason: `${what} cannot be deleted because it contains unwanted key and value`,
      });
    return ALLOWED;
  };
}

function mutateData({ object }: Request): Verdict {
  const data = object?.data ?? {};
  const patch = [
    ...(data['mutation-start'] === 'yes' && data['mutation-stage-1'] !== 'yes' ? [add('/data/mutation-stage-1', 'yes')] : []),
    ...(data['mutation-stage-1'] === 'yes' ? [add('/data/mutation-stage-2', 'yes')] : []),
  ];
  return patch.length === 0 ? ALLOWED : { allowed: true, patch };
}

function add(path: string, value: unknown): object {
  return { op: 'add', path, value };
}

function refusal(status: NonNullable<Verdict['status']>): Verdict {
  return { allowed: false, status };
}
