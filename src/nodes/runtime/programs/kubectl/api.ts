import type { Process } from '../../process/process.js';
import { bodyText, fetchHttp } from '../http-client.js';
import { InClusterConfig } from '../in-cluster.js';

const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';

/** A refusal of the API server, as kubectl prints it. */
export class ApiError extends Error {}

export interface ApiObject {
  readonly kind?: string;
  readonly metadata?: { readonly name?: string; readonly namespace?: string; readonly labels?: Readonly<Record<string, string>> };
  readonly [field: string]: unknown;
}

/** What kubectl asks of the API server: in a pod's name, with the token that is mounted there. */
export class ApiClient {
  private readonly config: InClusterConfig;

  constructor(private readonly process: Process) {
    this.config = new InClusterConfig(process);
  }

  get namespace(): string {
    return this.config.namespace ?? 'default';
  }

  /** `https://10.96.0.1:443` */
  get server(): string {
    return this.config.server ?? 'http://localhost:8080';
  }

  /** Throws ApiError with kubectl's words. */
  async request(method: string, path: string, body?: object, contentType = 'application/json', asTable = false): Promise<ApiObject> {
    const { token, caFile } = this.config;
    const response = await fetchHttp(this.process, {
      url: new URL(this.server + path),
      method,
      headers: {
        accept: asTable ? TABLE : 'application/json',
        'user-agent': 'kubectl/v1.36.2 (linux/amd64) kubernetes/simulated',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': contentType }),
      },
      body: body === undefined ? undefined : Buffer.from(JSON.stringify(body)),
      caFile,
    });
    const text = await bodyText(this.process, response);
    const parsed = asObject(text);
    if ((response.message.statusCode ?? 500) < 400) return parsed;
    const reason = typeof parsed['reason'] === 'string' ? parsed['reason'] : 'Unknown';
    throw new ApiError(`Error from server (${reason}): ${typeof parsed['message'] === 'string' ? parsed['message'] : text}`);
  }
}

function asObject(text: string): ApiObject {
  try {
    return JSON.parse(text) as ApiObject;
  } catch {
    return { message: text };
  }
}

/** A resource as discovery tells of it. */
export interface Resource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
  /** `/api/v1`, `/apis/apps/v1`. */
  readonly prefix: string;
  readonly group: string;
}

const WELL_KNOWN = [
  '/api/v1',
  '/apis/apps/v1',
  '/apis/batch/v1',
  '/apis/networking.k8s.io/v1',
  '/apis/rbac.authorization.k8s.io/v1',
  '/apis/storage.k8s.io/v1',
  '/apis/autoscaling/v2',
  '/apis/policy/v1',
  '/apis/events.k8s.io/v1',
];

/** Finds a resource by plural, singular, short name or kind; throws ApiError if there is none. */
export async function findResource(client: ApiClient, text: string): Promise<Resource> {
  const [wanted = '', ...groupParts] = text.toLowerCase().split('.');
  const group = groupParts.join('.');
  const groups = await client.request('GET', '/apis');
  const listed = (groups['groups'] as { preferredVersion: { groupVersion: string } }[]).map(
    ({ preferredVersion }) => `/apis/${preferredVersion.groupVersion}`,
  );
  for (const prefix of new Set([...WELL_KNOWN, ...listed])) {
    if (group !== '' && !prefix.startsWith(`/apis/${group}`)) continue;
    const found = (
      (await client.request('GET', prefix))['resources'] as {
        name: string;
        singularName: string;
        kind: string;
        namespaced: boolean;
        shortNames?: string[];
      }[]
    ).find(
      ({ name, singularName, kind, shortNames }) =>
        !name.includes('/') &&
        (name === wanted || singularName === wanted || kind.toLowerCase() === wanted || shortNames?.includes(wanted) === true),
    );
    if (found !== undefined)
      return {
        name: found.name,
        kind: found.kind,
        namespaced: found.namespaced,
        prefix,
        group: prefix.startsWith('/apis/') ? (prefix.split('/')[2] ?? '') : '',
      };
  }
  throw new ApiError(`error: the server doesn't have a resource type "${text}"`);
}

export function pathOf({ prefix, name, namespaced }: Resource, namespace: string | undefined, object = ''): string {
  const place = namespaced && namespace !== undefined ? `/namespaces/${namespace}` : '';
  return `${prefix}${place}/${name}${object === '' ? '' : `/${encodeURIComponent(object)}`}`;
}
