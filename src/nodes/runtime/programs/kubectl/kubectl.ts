import { NetworkError } from '../../../network/network.js';
import type { Process } from '../../process/process.js';
import { contentOf } from '../../fs/nodes.js';
import { parseArguments, type Parsed } from '../arguments.js';
import { bodyText, fetchHttp } from '../http-client.js';
import { ApiClient, ApiError, findResource, pathOf, type ApiObject, type Resource } from './api.js';
import { documentText } from './document.js';
import { parseManifests } from './manifests.js';

const WITH_VALUE = [
  'n',
  'namespace',
  'o',
  'output',
  'l',
  'selector',
  'f',
  'filename',
  'field-selector',
  'as',
  'subresource',
  'replicas',
  'image',
  's',
  'server',
  'token',
  'context',
  'kubeconfig',
  'grace-period',
  'timeout',
  'sort-by',
];
const VERSION = 'v1.36.2';

/** kubectl as pods run it: with the pod's own token, and the commands that articles use there. */
export async function kubectl(process: Process): Promise<number> {
  const parsed = parseArguments(process.argv.slice(1), WITH_VALUE);
  const [command = '', ...args] = parsed.rest;
  const run = Object.hasOwn(COMMANDS, command) ? COMMANDS[command] : undefined;
  if (run === undefined) {
    if (command === '') {
      await process.write('kubectl controls the Kubernetes cluster manager.\n');
      return 0;
    }
    await process.error(`error: unknown command "${command}" for "kubectl"\n`);
    return 1;
  }
  const client = new ApiClient(process);
  try {
    return await run({ process, client, parsed, args });
  } catch (error) {
    await process.error(`${textOf(error, client)}\n`);
    return 1;
  }
}

function textOf(error: unknown, client: ApiClient): string {
  if (error instanceof ApiError) return error.message;
  if (error instanceof NetworkError)
    return `The connection to the server ${client.server.replace(/^https?:\/\//, '')} was refused - did you specify the right host or port?`;
  throw error;
}

interface Call {
  readonly process: Process;
  readonly client: ApiClient;
  readonly parsed: Parsed;
  readonly args: readonly string[];
}

type Run = (call: Call) => Promise<number>;

function option({ parsed }: Call, ...names: string[]): string | undefined {
  return names.map((name) => parsed.options.get(name)).find((value) => value !== undefined);
}

/** Undefined for all namespaces. */
function namespaceOf(call: Call): string | undefined {
  if (call.parsed.options.has('A') || call.parsed.options.has('all-namespaces')) return undefined;
  return option(call, 'n', 'namespace') ?? call.client.namespace;
}

const clusterInfo: Run = async ({ process, client }) => {
  const services = await client.request(
    'GET',
    '/api/v1/namespaces/kube-system/services?labelSelector=kubernetes.io%2Fcluster-service%3Dtrue',
  );
  await process.write(`Kubernetes control plane is running at ${client.server}\n`);
  for (const { metadata, spec } of services['items'] as {
    metadata: { name: string; labels?: Record<string, string> };
    spec: { ports?: { name?: string }[] };
  }[]) {
    const name = metadata.labels?.['kubernetes.io/name'] ?? metadata.name;
    const port = spec.ports?.[0]?.name;
    const target = port === undefined || port === '' ? metadata.name : `${metadata.name}:${port}`;
    await process.write(`${name} is running at ${client.server}/api/v1/namespaces/kube-system/services/${target}/proxy\n`);
  }
  await process.write("\nTo further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.\n");
  return 0;
};

const version: Run = async (call) => {
  await call.process.write(`Client Version: ${VERSION}\nKustomize Version: v5.7.1\n`);
  if (call.parsed.options.has('client')) return 0;
  const server = await call.client.request('GET', '/version');
  await call.process.write(`Server Version: ${String(server['gitVersion'])}\n`);
  return 0;
};

/** `pods web`, `pod/web pod/db`, `pods,services`. */
async function targets(call: Call): Promise<readonly { readonly resource: Resource; readonly name: string }[]> {
  const [types = '', ...names] = call.args;
  if (types.includes('/'))
    return await Promise.all(
      call.args.map(async (arg) => {
        const [type = '', name = ''] = arg.split('/');
        return { resource: await findResource(call.client, type), name };
      }),
    );
  const found: { resource: Resource; name: string }[] = [];
  for (const type of types.split(',')) {
    const resource = await findResource(call.client, type);
    for (const name of names.length === 0 ? [''] : names) found.push({ resource, name });
  }
  return found;
}

const get: Run = async (call) => {
  const { process, client } = call;
  const output = option(call, 'o', 'output') ?? '';
  const namespace = namespaceOf(call);
  const selector = option(call, 'l', 'selector');
  const fields = option(call, 'field-selector');
  const query = new URLSearchParams({
    ...(selector === undefined ? {} : { labelSelector: selector }),
    ...(fields === undefined ? {} : { fieldSelector: fields }),
  }).toString();
  for (const { resource, name } of await targets(call)) {
    const path = pathOf(resource, namespace, name) + (query === '' || name !== '' ? '' : `?${query}`);
    const isTable = output === '' || output === 'wide';
    const answer = await client.request('GET', path, undefined, undefined, isTable);
    if (isTable)
      await process.write(
        tableText(answer, output === 'wide', namespace === undefined, call.parsed.options.has('no-headers')) ||
          noneFound(resource, namespace),
      );
    else if (output === 'name')
      await process.write(
        itemsOf(answer)
          .map((item) => `${singular(resource)}/${item.metadata?.name ?? ''}\n`)
          .join(''),
      );
    else if (output.startsWith('jsonpath=')) await process.write(jsonPath(answer, output.slice('jsonpath='.length).replace(/^'|'$/g, '')));
    else if (output === 'yaml' || output === 'json')
      await process.write(await documentText(answer, output, call.parsed.options.has('show-managed-fields')));
    else throw new ApiError(`error: unable to match a printer suitable for the output format "${output}"`);
  }
  return 0;
};

function itemsOf(answer: ApiObject): readonly ApiObject[] {
  return (answer['items'] as ApiObject[] | undefined) ?? [answer];
}

function singular({ kind, group }: Resource): string {
  return group === '' ? kind.toLowerCase() : `${kind.toLowerCase()}.${group}`;
}

function noneFound({ namespaced }: Resource, namespace: string | undefined): string {
  return namespaced && namespace !== undefined ? `No resources found in ${namespace} namespace.\n` : 'No resources found\n';
}

interface Table {
  readonly columnDefinitions: readonly { readonly name: string; readonly priority: number }[];
  readonly rows?: readonly { readonly cells: readonly unknown[]; readonly object?: ApiObject }[];
}

function tableText(answer: ApiObject, wide: boolean, withNamespace: boolean, noHeaders: boolean): string {
  const { columnDefinitions, rows = [] } = answer as unknown as Table;
  if (rows.length === 0) return '';
  const shown = columnDefinitions.map((column, index) => ({ ...column, index })).filter(({ priority }) => wide || priority === 0);
  const lines = [
    ...(noHeaders ? [] : [[...(withNamespace ? ['NAMESPACE'] : []), ...shown.map(({ name }) => name.toUpperCase())]]),
    ...rows.map(({ cells, object }) => [
      ...(withNamespace ? [object?.metadata?.namespace ?? ''] : []),
      ...shown.map(({ index }) => String(cells[index] ?? '<none>')),
    ]),
  ];
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  return lines
    .map((line) => `${line.map((cell, column) => (column === line.length - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join('   ')}\n`)
    .join('');
}

/** `{.items[*].metadata.name}` and plain text around it. */
function jsonPath(value: unknown, template: string): string {
  return template.replace(/\{([^}]*)\}/g, (_whole, path: string) => {
    let found: unknown[] = [value];
    for (const [, name, index] of path.matchAll(/\.([\w-]+)|\[(\*|\d+)\]/g)) {
      found = found.flatMap((each): unknown[] => {
        if (name !== undefined) return [(each as Record<string, unknown> | undefined)?.[name]];
        const list = Array.isArray(each) ? (each as unknown[]) : [];
        return index === '*' ? list : [list[Number(index)]];
      });
    }
    return found.map((each) => (typeof each === 'string' ? each : each === undefined ? '' : JSON.stringify(each))).join(' ');
  });
}

const describe: Run = async (call) => {
  for (const { resource, name } of await targets(call)) {
    const object = await call.client.request('GET', pathOf(resource, namespaceOf(call), name));
    for (const item of itemsOf(object)) {
      const { metadata } = item;
      await call.process.write(
        `Name:         ${metadata?.name ?? ''}\n${resource.namespaced ? `Namespace:    ${metadata?.namespace ?? ''}\n` : ''}`,
      );
      const labels = Object.entries(metadata?.labels ?? {}).map(([key, value]) => `${key}=${value}`);
      await call.process.write(`Labels:       ${labels.length === 0 ? '<none>' : labels.join('\n              ')}\n`);
      for (const field of ['spec', 'status', 'data'] as const)
        if (item[field] !== undefined) await call.process.write(`${field}:\n${JSON.stringify(item[field], undefined, 2)}\n`);
    }
  }
  return 0;
};

const auth: Run = async (call) => {
  const [action, verb = '', target = '', given = ''] = call.args;
  if (action === 'whoami') {
    const review = await call.client.request('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {
      kind: 'SelfSubjectReview',
      apiVersion: 'authentication.k8s.io/v1',
    });
    const { userInfo } = review['status'] as { userInfo: { username: string; groups: string[] } };
    await call.process.write(`ATTRIBUTE   VALUE\nUsername    ${userInfo.username}\nGroups      [${userInfo.groups.join(' ')}]\n`);
    return 0;
  }
  if (action !== 'can-i') throw new ApiError(`error: unknown command "auth ${action ?? ''}"`);
  const [type = '', ofType = ''] = target.split('/');
  const isPath = target.startsWith('/');
  const resource = isPath || type === '*' ? undefined : await findResource(call.client, type).catch(() => undefined);
  const attributes = {
    verb,
    resource: resource?.name ?? type,
    group: resource?.group ?? '',
    name: ofType || given,
    namespace: namespaceOf(call) ?? '',
    subresource: option(call, 'subresource') ?? '',
  };
  const spec = isPath ? { nonResourceAttributes: { verb, path: target } } : { resourceAttributes: attributes };
  const review = await call.client.request('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
    kind: 'SelfSubjectAccessReview',
    apiVersion: 'authorization.k8s.io/v1',
    spec,
  });
  const { allowed } = review['status'] as { allowed: boolean };
  await call.process.write(allowed ? 'yes\n' : 'no\n');
  return allowed ? 0 : 1;
};

async function manifestsOf(call: Call): Promise<readonly ApiObject[]> {
  const texts: string[] = [];
  for (const file of [...(call.parsed.repeated.get('f') ?? []), ...(call.parsed.repeated.get('filename') ?? [])]) {
    if (file === '-') {
      const chunks: Uint8Array[] = [];
      for (let chunk = await call.process.read(); chunk !== undefined; chunk = await call.process.read()) chunks.push(chunk);
      texts.push(Buffer.concat(chunks).toString('utf8'));
    } else if (/^https?:/.test(file)) texts.push(await bodyText(call.process, await fetchHttp(call.process, { url: new URL(file) })));
    else {
      const node = call.process.fs.tryLookup(call.process.resolve(file));
      if (node?.kind !== 'file') throw new ApiError(`error: the path "${file}" does not exist`);
      texts.push(Buffer.from(contentOf(node)).toString('utf8'));
    }
  }
  if (texts.length === 0) throw new ApiError('error: must specify one of -f and -k');
  return (await Promise.all(texts.map(parseManifests))).flat();
}

const apply: Run = async (call) => {
  for (const object of await manifestsOf(call)) {
    const { resource, name, path } = await placeOf(call, object);
    const exists = await call.client.request('GET', path).then(
      () => true,
      () => false,
    );
    await call.client.request('PATCH', `${path}?fieldManager=kubectl&force=true`, object, 'application/apply-patch+yaml');
    await call.process.write(`${singular(resource)}/${name} ${exists ? 'configured' : 'created'}\n`);
  }
  return 0;
};

const create: Run = async (call) => {
  for (const object of await manifestsOf(call)) {
    const { resource, name } = await placeOf(call, object);
    await call.client.request('POST', pathOf(resource, object.metadata?.namespace ?? namespaceOf(call)), object);
    await call.process.write(`${singular(resource)}/${name} created\n`);
  }
  return 0;
};

async function placeOf(
  call: Call,
  object: ApiObject,
): Promise<{ readonly resource: Resource; readonly name: string; readonly path: string }> {
  const version = typeof object['apiVersion'] === 'string' ? object['apiVersion'] : 'v1';
  const group = version.includes('/') ? version.split('/')[0] : '';
  const resource = await findResource(call.client, group === '' ? (object.kind ?? '') : `${object.kind ?? ''}.${group ?? ''}`);
  const name = object.metadata?.name ?? '';
  return { resource, name, path: pathOf(resource, object.metadata?.namespace ?? namespaceOf(call), name) };
}

const remove: Run = async (call) => {
  if (call.parsed.options.has('f') || call.parsed.options.has('filename')) {
    for (const object of await manifestsOf(call)) {
      const { resource, name, path } = await placeOf(call, object);
      await call.client.request('DELETE', path);
      await call.process.write(`${singular(resource)} "${name}" deleted\n`);
    }
    return 0;
  }
  for (const { resource, name } of await targets(call)) {
    if (name === '') throw new ApiError('error: resource(s) were provided, but no name was specified');
    await call.client.request('DELETE', pathOf(resource, namespaceOf(call), name));
    await call.process.write(`${singular(resource)} "${name}" deleted\n`);
  }
  return 0;
};

const COMMANDS: Readonly<Record<string, Run>> = {
  'cluster-info': clusterInfo,
  version,
  get,
  describe,
  auth,
  apply,
  create,
  delete: remove,
};
