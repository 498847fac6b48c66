import { describe, expect, it } from 'vitest';
import { TypeRegistry } from '../../src/schema/registry.js';
import type { Field, ListType, StructType, Type } from '../../src/schema/type.js';

const registry = new TypeRegistry();

function typeOf(group: string, version: string, kind: string): StructType {
  const type = registry.typeOf({ group, version, kind });
  if (type === undefined) throw new Error(`no ${kind}`);
  return type;
}

/** The field at a path, through lists and maps. */
function fieldAt(type: StructType, path: string): Field {
  let current: Type = type;
  let field: Field | undefined;
  for (const name of path.split('.')) {
    while (current.kind === 'list' || current.kind === 'map') current = current.kind === 'list' ? current.items : current.values;
    field = current.kind === 'struct' ? current.byName.get(name) : undefined;
    if (field === undefined) throw new Error(`no ${name} in ${path}`);
    current = field.type;
  }
  if (field === undefined) throw new Error('no path');
  return field;
}

const pod = typeOf('', 'v1', 'Pod');

describe('the type registry', () => {
  it('finds a struct by its OpenAPI name and by its kind, and it is the same one', () => {
    expect(registry.typeByName('io.k8s.api.core.v1.Pod')).toBe(pod);
    expect(fieldAt(typeOf('apps', 'v1', 'Deployment'), 'spec.template').type).toBe(
      registry.typeByName('io.k8s.api.core.v1.PodTemplateSpec'),
    );
  });

  it.each([
    ['', 'v1', 'Status', 'Status'],
    ['', 'v1', 'PodExecOptions', 'PodExecOptions'],
    ['apps', 'v1', 'DeleteOptions', 'DeleteOptions'],
    ['apps', 'v1beta1', 'DeleteOptions', 'DeleteOptions'],
    ['policy', 'v1', 'Eviction', 'Eviction'],
    ['meta.k8s.io', 'v1', 'PartialObjectMetadataList', 'PartialObjectMetadataList'],
    ['apidiscovery.k8s.io', 'v2', 'APIGroupDiscoveryList', 'APIGroupDiscoveryList'],
    ['admission.k8s.io', 'v1', 'AdmissionReview', 'AdmissionReview'],
  ])('knows the kind %s/%s %s', (group, version, kind, goName) => {
    expect(typeOf(group, version, kind).goName).toBe(goName);
  });

  it.each([
    ['apps', 'v1', 'Status'],
    ['apps', 'v9', 'DeleteOptions'],
    ['', 'v1', 'PodSpec'],
    ['', 'v1', '__proto__'],
    ['constructor', 'v1', 'DeleteOptions'],
  ])('does not know the kind %s/%s %s', (group, version, kind) => {
    expect(registry.typeOf({ group, version, kind })).toBeUndefined();
  });

  it('does not know a name outside the facts', () => {
    expect(registry.typeByName('io.k8s.api.core.v1.toString')).toBeUndefined();
    expect(registry.typeByName('io.k8s.api.core.v1.ResourceList')).toBeUndefined();
  });

  it('finds the List of a kind', () => {
    expect(registry.listTypeOf({ group: '', version: 'v1', kind: 'Pod' })?.goName).toBe('PodList');
  });

  it('knows the resources with their subresources', () => {
    const pods = registry.resource({ group: '', version: 'v1', resource: 'pods' });
    expect(pods).toMatchObject({ kind: 'Pod', singular: 'pod', namespaced: true, shortNames: ['po'], categories: ['all'] });
    expect(pods?.subresources.find((s) => s.name === 'eviction')).toEqual({
      name: 'eviction',
      kind: { group: 'policy', version: 'v1', kind: 'Eviction' },
      verbs: ['create'],
    });
  });

  it('has a type for every kind that a resource or subresource speaks', () => {
    const missing = registry.groupVersions
      .flatMap(({ group, version, resources }) =>
        resources.flatMap((r) => [
          { group, version, kind: r.kind },
          ...r.subresources.map((s) => s.kind),
          ...(r.verbs.includes('list') ? [{ group, version, kind: `${r.kind}List` }] : []),
        ]),
      )
      .filter((gvk) => registry.typeOf(gvk) === undefined);
    expect(missing).toEqual([]);
  });
});

describe('the fields of the facts', () => {
  it('are in the order of Go, with inline structs as one', () => {
    expect(pod.fields.map((f) => f.name)).toEqual(['TypeMeta', 'metadata', 'spec', 'status']);
    expect([...pod.byName.keys()]).toEqual(['kind', 'apiVersion', 'metadata', 'spec', 'status']);
    expect(pod.fields[0]).toMatchObject({ inline: true, number: 0 });
  });

  it.each([
    ['metadata.creationTimestamp', 'empty'],
    ['metadata.name', 'empty'],
    ['spec', 'never'],
    ['spec.containers', 'never'],
    ['spec.containers.name', 'never'],
    ['spec.containers.resources', 'never'],
    ['spec.containers.ports', 'empty'],
    ['spec.replicas', 'empty'],
  ])('leave %s out: %s', (path, omit) => {
    expect(fieldAt(path === 'spec.replicas' ? typeOf('apps', 'v1', 'Deployment') : pod, path).omit).toBe(omit);
  });

  it('write a time without omitzero as null', () => {
    expect(fieldAt(pod, 'status.conditions.lastTransitionTime')).toMatchObject({
      omit: 'never',
      pointer: false,
      type: { kind: 'scalar', scalar: 'time' },
    });
  });

  it('tell pointers, numbers, defaults and enums', () => {
    expect(fieldAt(typeOf('', 'v1', 'ReplicationController'), 'spec.replicas')).toMatchObject({ pointer: true, number: 1, default: 1 });
    expect(fieldAt(pod, 'spec.restartPolicy')).toMatchObject({
      number: 3,
      enum: ['Always', 'Never', 'OnFailure'],
      type: { goName: 'v1.RestartPolicy' },
    });
    expect(fieldAt(typeOf('', 'v1', 'PersistentVolumeClaim'), 'spec.accessModes').enum).toContain('ReadWriteOnce');
  });

  it('tell how lists and maps merge', () => {
    const ports = fieldAt(pod, 'spec.containers.ports');
    expect(ports.type as ListType).toMatchObject({ listType: 'map', keys: ['containerPort', 'protocol'] });
    expect(ports).toMatchObject({ patchStrategy: 'merge', patchMergeKey: 'containerPort' });
    expect(fieldAt(pod, 'spec.nodeSelector').type).toMatchObject({ kind: 'map', mapType: 'atomic' });
    expect(fieldAt(typeOf('', 'v1', 'PersistentVolume'), 'spec.claimRef')).toMatchObject({
      mapType: 'granular',
      type: { mapType: 'atomic' },
    });
  });

  it('tell what protobuf wraps in a message', () => {
    expect(fieldAt(typeOf('authentication.k8s.io', 'v1', 'TokenReview'), 'status.user.extra').type).toMatchObject({
      kind: 'map',
      values: { kind: 'list', wrapped: true, goName: 'v1.ExtraValue' },
    });
  });

  it('tell which JSON of a CustomResourceDefinition holds a schema', () => {
    const items = fieldAt(typeOf('apiextensions.k8s.io', 'v1', 'CustomResourceDefinition'), 'spec.versions.schema.openAPIV3Schema.items');
    expect(items.type).toMatchObject({ kind: 'scalar', scalar: 'json', form: 'schemaOrArray' });
    expect(items.type.kind === 'scalar' && items.type.schema?.goName).toBe('JSONSchemaProps');
  });
});
