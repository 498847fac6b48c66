import type { Typed } from '../../client/client.js';
import type { Lister } from '../../client/informer.js';
import type { ConfigMap, Container, EphemeralContainer, EnvVar, Secret, Service } from '../../schema/generated/core-v1.js';
import { fieldValue, resourceValue, type PodPlace } from './field-ref.js';
import { RuntimeError } from './runtime.js';

/** Where the values of variables come from. */
export interface EnvironmentSources {
  readonly services: Lister<Typed<Service>>;
  readonly configMaps: Lister<Typed<ConfigMap>>;
  readonly secrets: Lister<Typed<Secret>>;
}

/**
 * A container's variables as its spec says (Go: kubelet makeEnvironmentVariables); throws
 * RuntimeError CreateContainerConfigError for a source that is missing.
 * @returns how to make them; what is looked up has been, what is many (services) is put together on demand
 */
export function containerEnvironment(
  container: Container | EphemeralContainer,
  place: PodPlace,
  sources: EnvironmentSources,
): () => ReadonlyMap<string, string> {
  const namespace = place.pod.metadata.namespace ?? '';
  const isLinked = place.pod.spec.enableServiceLinks !== false;
  const services = isLinked ? sources.services.list(namespace) : [];
  const apiServer = sources.services.get('default', 'kubernetes');
  const from = envFrom(container, namespace, sources);
  const valueOf = new Map<EnvVar, string | undefined>();
  for (const variable of container.env ?? []) {
    if (variable.valueFrom !== undefined) valueOf.set(variable, valueFrom(variable, container, place, sources));
  }
  return () => {
    const serviceVariables = new Map<string, string>();
    for (const service of [...(apiServer === undefined ? [] : [apiServer]), ...services]) addService(serviceVariables, service);
    const result = new Map(from);
    for (const variable of container.env ?? []) {
      const { name = '' } = variable;
      const lookup = (key: string): string | undefined => result.get(key) ?? serviceVariables.get(key);
      const value = variable.valueFrom === undefined ? expandReferences(variable.value ?? '', lookup) : valueOf.get(variable);
      if (value !== undefined) result.set(name, value);
    }
    for (const [name, value] of serviceVariables) if (!result.has(name)) result.set(name, value);
    return result;
  };
}

function envFrom({ envFrom: list }: Container | EphemeralContainer, namespace: string, sources: EnvironmentSources): Map<string, string> {
  const result = new Map<string, string>();
  for (const { prefix = '', configMapRef, secretRef } of list ?? []) {
    if (configMapRef !== undefined) {
      const found = sources.configMaps.get(namespace, configMapRef.name ?? '');
      if (found === undefined && configMapRef.optional !== true) throw missing('configmap', configMapRef.name ?? '');
      for (const [key, value] of Object.entries(found?.data ?? {})) result.set(prefix + key, value);
    }
    if (secretRef !== undefined) {
      const found = sources.secrets.get(namespace, secretRef.name ?? '');
      if (found === undefined && secretRef.optional !== true) throw missing('secret', secretRef.name ?? '');
      for (const [key, value] of Object.entries(found?.data ?? {})) result.set(prefix + key, Buffer.from(value, 'base64').toString('utf8'));
    }
  }
  return result;
}

function missing(kind: string, name: string): RuntimeError {
  return new RuntimeError('CreateContainerConfigError', `${kind} "${name}" not found`);
}

/** Undefined if an optional source hasn't got it. */
function valueFrom(
  { valueFrom: source }: EnvVar,
  container: Container | EphemeralContainer,
  place: PodPlace,
  sources: EnvironmentSources,
): string | undefined {
  const namespace = place.pod.metadata.namespace ?? '';
  if (source?.fieldRef !== undefined) return fieldValue(source.fieldRef.fieldPath ?? '', place);
  if (source?.resourceFieldRef !== undefined) return resourceValue(source.resourceFieldRef, container, place.pod);
  const { configMapKeyRef, secretKeyRef } = source ?? {};
  if (configMapKeyRef !== undefined) {
    const { name = '', key = '', optional } = configMapKeyRef;
    const found = sources.configMaps.get(namespace, name);
    if (found === undefined && optional !== true) throw missing('configmap', name);
    const value = found?.data?.[key];
    if (value === undefined && optional !== true)
      throw new RuntimeError('CreateContainerConfigError', `couldn't find key ${key} in ConfigMap ${namespace}/${name}`);
    return value;
  }
  if (secretKeyRef !== undefined) {
    const { name = '', key = '', optional } = secretKeyRef;
    const found = sources.secrets.get(namespace, name);
    if (found === undefined && optional !== true) throw missing('secret', name);
    const value = found?.data?.[key];
    if (value === undefined && optional !== true)
      throw new RuntimeError('CreateContainerConfigError', `couldn't find key ${key} in Secret ${namespace}/${name}`);
    return value === undefined ? undefined : Buffer.from(value, 'base64').toString('utf8');
  }
  return undefined;
}

/** The variables of a service, as Docker's links had them (Go: envvars.FromServices). */
function addService(variables: Map<string, string>, { metadata, spec }: Typed<Service>): void {
  const [address] = spec.clusterIPs ?? [];
  if (address === undefined || address === 'None' || spec.type === 'ExternalName') return;
  const name = (metadata.name ?? '').toUpperCase().replaceAll('-', '_');
  const ports = spec.ports ?? [];
  const host = address.includes(':') ? `[${address}]` : address;
  variables.set(`${name}_SERVICE_HOST`, address);
  variables.set(`${name}_SERVICE_PORT`, String(ports[0]?.port ?? ''));
  for (const port of ports)
    if (port.name !== undefined && port.name !== '')
      variables.set(`${name}_SERVICE_PORT_${port.name.toUpperCase().replaceAll('-', '_')}`, String(port.port));
  for (const [index, port] of ports.entries()) {
    const protocol = (port.protocol ?? 'TCP').toUpperCase();
    const url = `${protocol.toLowerCase()}://${host}:${String(port.port)}`;
    const prefix = `${name}_PORT_${String(port.port)}_${protocol}`;
    if (index === 0) variables.set(`${name}_PORT`, url);
    variables.set(prefix, url);
    variables.set(`${prefix}_PROTO`, protocol.toLowerCase());
    variables.set(`${prefix}_PORT`, String(port.port));
    variables.set(`${prefix}_ADDR`, address);
  }
}

/** `$(NAME)` becomes a variable's value, `$$` a dollar; what isn't known stays (Go: third_party/forked/golang/expansion). */
export function expandReferences(text: string, lookup: (name: string) => string | undefined): string {
  if (!text.includes('$')) return text;
  return text.replace(/\$(\$|\(([^)]*)\))/g, (whole, inner: string, name: string) => (inner === '$' ? '$' : (lookup(name) ?? whole)));
}
