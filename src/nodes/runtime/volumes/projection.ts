import type { Typed } from '../../../client/client.js';
import type { Lister } from '../../../client/informer.js';
import type { ConfigMap, DownwardAPIVolumeFile, KeyToPath, Pod, Secret } from '../../../schema/generated/core-v1.js';
import { fieldValue, resourceValue, type PodPlace } from '../field-ref.js';
import type { ProjectedFile } from './atomic-directory.js';

/** What can't be projected: the text of a FailedMount event. */
export class ProjectionError extends Error {}

export interface ProjectionSources {
  readonly configMaps: Lister<Typed<ConfigMap>>;
  /** PEM of the cluster's CA: what pods get where nobody publishes it. */
  readonly caPem: string;
  readonly secrets: Lister<Typed<Secret>>;
}

/** Written into each namespace by a controller, which may be switched off. */
const ROOT_CA = 'kube-root-ca.crt';

interface KeySelection {
  readonly items?: readonly KeyToPath[] | undefined;
  readonly optional?: boolean | undefined;
}

/** The files of a config map. */
export function configMapFiles(
  sources: ProjectionSources,
  namespace: string,
  name: string,
  selection: KeySelection,
  mode: number,
): ProjectedFile[] {
  const found = sources.configMaps.get(namespace, name);
  if (found === undefined) {
    if (name === ROOT_CA) return selected(new Map([['ca.crt', Buffer.from(sources.caPem)]]), selection, mode);
    if (selection.optional === true) return [];
    throw new ProjectionError(`configmap "${name}" not found`);
  }
  const content = new Map<string, Uint8Array>();
  for (const [key, value] of Object.entries(found.data ?? {})) content.set(key, Buffer.from(value));
  for (const [key, value] of Object.entries(found.binaryData ?? {})) content.set(key, Buffer.from(value, 'base64'));
  return selected(content, selection, mode);
}

/** The files of a secret. */
export function secretFiles(
  sources: ProjectionSources,
  namespace: string,
  name: string,
  selection: KeySelection,
  mode: number,
): ProjectedFile[] {
  const found = sources.secrets.get(namespace, name);
  if (found === undefined) {
    if (selection.optional === true) return [];
    throw new ProjectionError(`secret "${name}" not found`);
  }
  const content = new Map(Object.entries(found.data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64')]));
  return selected(content, selection, mode);
}

function selected(content: ReadonlyMap<string, Uint8Array>, { items, optional }: KeySelection, mode: number): ProjectedFile[] {
  if (items === undefined || items.length === 0) return [...content].map(([path, bytes]) => ({ path, content: bytes, mode }));
  return items.flatMap(({ key = '', path = '', mode: own }) => {
    const bytes = content.get(key);
    if (bytes === undefined && optional !== true) throw new ProjectionError(`references non-existent config key: ${key}`);
    return bytes === undefined ? [] : [{ path, content: bytes, mode: own ?? mode }];
  });
}

/** The files of a downward API volume. */
export function downwardFiles(items: readonly DownwardAPIVolumeFile[], place: PodPlace, mode: number): ProjectedFile[] {
  return items.map(({ path = '', fieldRef, resourceFieldRef, mode: own }) => {
    const container = containerNamed(place.pod, resourceFieldRef?.containerName ?? '');
    const value =
      fieldRef !== undefined
        ? fieldValue(fieldRef.fieldPath ?? '', place)
        : resourceFieldRef !== undefined && container !== undefined
          ? resourceValue(resourceFieldRef, container, place.pod)
          : undefined;
    return { path, content: Buffer.from(value ?? ''), mode: own ?? mode };
  });
}

function containerNamed({ spec }: Pod, name: string): NonNullable<Pod['spec']['containers']>[number] | undefined {
  return [...(spec.containers ?? []), ...(spec.initContainers ?? [])].find((container) => container.name === name);
}
