import type { IncomingMessage, ServerResponse } from 'node:http';
import { metadataSelector } from '../../../../apimachinery/metadata-selector.js';
import {
  badRequest,
  forbiddenError,
  methodNotSupported,
  noSuchPath,
  statusBody,
  StatusError,
  unsupportedMediaType,
} from '../../../../apimachinery/status.js';
import type { KubeObject } from '../../../../client/client.js';
import { applyJsonPatch } from '../../../../patch/json-patch.js';
import { applyMergePatch } from '../../../../patch/merge-patch.js';
import type { JsonObject, JsonValue } from '../../../../schema/type.js';
import type { Process } from '../../process/process.js';
import { parseArguments } from '../arguments.js';
import { untilStopped } from '../image-server.js';
import { klog } from '../klog.js';
import { bodyOf, serveHttps, servingCredentialOf, text } from '../serve.js';
import { discoveryDocument } from './discovery.js';
import { GROUP, inVersion, RESOURCES, type WardleResource } from './wardle.js';
import { WardleStore, type Selection, type WatchEvent } from './wardle-store.js';

const OPTIONS = ['secure-port', 'etcd-servers', 'tls-cert-file', 'tls-private-key-file', 'audit-log-path', 'audit-log-maxage'];
/** `/apis/GROUP/VERSION/namespaces/NAMESPACE/RESOURCE/NAME`. */
const PATH = /^\/apis\/wardle\.example\.com\/(v1alpha1|v1beta1)(?:\/namespaces\/([^/]+))?\/([^/]+)(?:\/([^/]+))?$/;

/** Kubernetes' sample API server, which is made to stand behind an APIService: flunders and fischers, kept in memory. */
export async function sampleApiserver(process: Process): Promise<number> {
  const { options } = parseArguments(process.argv.slice(1), [...OPTIONS, 'audit-log-maxbackup']);
  await process.machine.prepare();
  const port = Number(options.get('secure-port') ?? 443);
  const store = new WardleStore(process.machine);
  const etcd = (options.get('etcd-servers') ?? '').split(',').filter((server) => server !== '');
  serveHttps(
    process,
    port,
    (request, response) => answer({ process, store, etcd, request, response }),
    servingCredentialOf(process, options),
  );
  await klog(process, 'I', 'secure_serving.go:211', `Serving securely on [::]:${String(port)}`);
  return await untilStopped(process, {});
}

interface Exchange {
  readonly process: Process;
  readonly store: WardleStore;
  /** URLs of etcd, without which the server isn't ready. */
  readonly etcd: readonly string[];
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

async function answer(exchange: Exchange): Promise<void> {
  const { request, response } = exchange;
  const url = new URL(request.url ?? '/', 'https://in.process');
  try {
    if (/^\/(?:health|ready|live)z$/.test(url.pathname)) return await health(exchange, url.pathname.slice(1));
    if (request.headers['x-remote-user'] === undefined)
      throw forbiddenError(
        { group: '', resource: '' },
        '',
        `User "system:anonymous" cannot ${(request.method ?? '').toLowerCase()} path "${url.pathname}"`,
      );
    const document = discoveryDocument(url.pathname);
    if (document !== undefined) return json(response, 200, document);
    await resourceAnswer(exchange, url);
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    json(response, error.status.code, statusBody(error.status));
  }
}

async function health({ process, etcd, response }: Exchange, check: string): Promise<void> {
  const isReachable = await Promise.all(etcd.map((server) => reaches(process, server)));
  const isHealthy = isReachable.every((each) => each);
  text(response, isHealthy ? 'ok' : `[+]ping ok\n[-]etcd failed: reason withheld\n${check} check failed\n`, isHealthy ? 200 : 500);
}

async function reaches({ machine }: Process, server: string): Promise<boolean> {
  const { hostname, port } = new URL(server);
  const connection = await machine.network.connect(hostname.replace(/^\[|\]$/g, ''), Number(port)).catch(() => undefined);
  connection?.destroy();
  return connection !== undefined;
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

/** What a request is for. */
interface Aim {
  readonly resource: WardleResource;
  readonly version: string;
  readonly namespace: string | undefined;
  readonly query: URLSearchParams;
}

async function resourceAnswer(exchange: Exchange, { pathname, searchParams: query }: URL): Promise<void> {
  const [, version = '', namespace, plural, name] = PATH.exec(pathname) ?? [];
  const resource = RESOURCES.find((each) => each.name === plural && each.versions.includes(version));
  if (resource === undefined || (!resource.namespaced && namespace !== undefined)) throw noSuchPath();
  const aim: Aim = { resource, version, namespace, query };
  if (name === undefined) return await collectionAnswer(exchange, aim);
  await objectAnswer(exchange, aim, decodeURIComponent(name));
}

async function collectionAnswer({ store, request, response }: Exchange, aim: Aim): Promise<void> {
  const { resource, version, namespace, query } = aim;
  const isSelected = selectionOf(aim);
  const head = { kind: `${resource.kind}List`, apiVersion: `${GROUP}/${version}` };
  const list = (objects: readonly KubeObject[]): object => ({
    ...head,
    metadata: { resourceVersion: store.revision },
    items: objects.map((object) => inVersion(object, version)),
  });
  switch (request.method) {
    case 'GET':
      if (query.get('watch') === 'true' || query.get('watch') === '1') return watch(store, response, aim, isSelected);
      return json(response, 200, list(store.list(resource, isSelected)));
    case 'POST':
      if (resource.namespaced && namespace === undefined) throw methodNotSupported({ group: GROUP, resource: resource.name }, 'create');
      return json(response, 201, inVersion(store.create(resource, namespace, await objectOf(request)), version));
    case 'DELETE': {
      const objects = store.list(resource, isSelected);
      for (const { metadata } of objects) store.delete(resource, metadata.namespace, metadata.name ?? '');
      return json(response, 200, list(objects));
    }
    default:
      throw methodNotSupported({ group: GROUP, resource: resource.name }, (request.method ?? '').toLowerCase());
  }
}

async function objectAnswer({ store, request, response }: Exchange, { resource, version, namespace }: Aim, name: string): Promise<void> {
  switch (request.method) {
    case 'GET':
      return json(response, 200, inVersion(store.get(resource, namespace, name), version));
    case 'PUT':
      return json(response, 200, inVersion(store.update(resource, namespace, name, await objectOf(request)), version));
    case 'PATCH': {
      const before = inVersion(store.get(resource, namespace, name), version) as unknown as JsonObject;
      const patched = patchedObject(before, request.headers['content-type'] ?? '', parsed(await bodyOf(request)));
      return json(response, 200, inVersion(store.update(resource, namespace, name, patched), version));
    }
    case 'DELETE': {
      const { uid } = store.delete(resource, namespace, name).metadata;
      const details = { name, group: GROUP, kind: resource.name, uid };
      return json(response, 200, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details });
    }
    default:
      throw methodNotSupported({ group: GROUP, resource: resource.name }, (request.method ?? '').toLowerCase());
  }
}

/** Throws 415 for other forms of patch. */
function patchedObject(before: JsonObject, contentType: string, patch: JsonValue): KubeObject {
  const [type] = contentType.split(';');
  if (type === 'application/merge-patch+json') return applyMergePatch(before, patch) as unknown as KubeObject;
  if (type === 'application/json-patch+json') return applyJsonPatch(before, patch as readonly JsonObject[]) as unknown as KubeObject;
  throw unsupportedMediaType(
    'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json',
  );
}

function selectionOf({ namespace, query }: Aim): Selection {
  const isSelected = metadataSelector(query);
  return (object) => (namespace === undefined || object.metadata.namespace === namespace) && isSelected(object);
}

/** What is there is told first, unless the client has seen it. */
function watch(store: WardleStore, response: ServerResponse, { resource, version, query }: Aim, isSelected: Selection): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.flushHeaders();
  const tell = ({ type, object }: WatchEvent): void => {
    response.write(`${JSON.stringify({ type, object: inVersion(object, version) })}\n`);
  };
  const since = Number(query.get('resourceVersion') ?? 0);
  for (const object of store.list(resource, isSelected))
    if (Number(object.metadata.resourceVersion) > since) tell({ type: 'ADDED', object });
  response.once('close', store.watch(resource, isSelected, tell));
}

async function objectOf(request: IncomingMessage): Promise<KubeObject> {
  const object = parsed(await bodyOf(request)) as { readonly metadata?: JsonObject };
  return { ...object, metadata: object.metadata ?? {} } as unknown as KubeObject;
}

function parsed(body: Buffer): JsonValue {
  try {
    return JSON.parse(body.toString('utf8')) as JsonValue;
  } catch (error) {
    throw badRequest(`the object provided is unrecognized: ${error instanceof Error ? error.message : String(error)}`);
  }
}
