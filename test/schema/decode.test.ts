import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeObject, decodeValue } from '../../src/schema/decode.js';
import { DecodingError } from '../../src/schema/decoding-error.js';
import { parseJson } from '../../src/schema/json.js';
import { TypeRegistry } from '../../src/schema/registry.js';
import type { JsonObject, StructType } from '../../src/schema/type.js';

const registry = new TypeRegistry();

function typeOf(kind: string, group = '', version = 'v1'): StructType {
  const type = registry.typeOf({ group, version, kind });
  if (type === undefined) throw new Error(`no ${kind}`);
  return type;
}

const pod = typeOf('Pod');
const configMap = typeOf('ConfigMap');
const service = typeOf('Service');
const deployment = typeOf('Deployment', 'apps');
const crd = typeOf('CustomResourceDefinition', 'apiextensions.k8s.io');

/** The text of the decoded object, whose order of keys counts. */
function decoded(type: StructType, text: string): string {
  return JSON.stringify(decodeObject(type, parseJson(Buffer.from(text))).object);
}

function container(text: string): string {
  return `{"spec":{"containers":[${text}]}}`;
}

function strict(type: StructType, text: string): readonly string[] {
  return decodeObject(type, parseJson(Buffer.from(text)), { strict: true }).strictErrors;
}

describe('decoding into a type', () => {
  it('puts fields into Go order and writes what Go always writes', () => {
    expect(decoded(pod, '{"spec":{"nodeName":"n","volumes":[]},"metadata":{"name":"p"},"apiVersion":"v1","kind":"Pod"}')).toBe(
      '{"kind":"Pod","apiVersion":"v1","metadata":{"name":"p"},"spec":{"containers":null,"nodeName":"n"},"status":{}}',
    );
    expect(decoded(deployment, '{}')).toBe(
      '{"metadata":{},"spec":{"selector":null,"template":{"metadata":{},"spec":{"containers":null}},"strategy":{}},"status":{}}',
    );
  });

  it('drops nulls, zero values and empty lists and maps, but keeps what a pointer points to', () => {
    expect(
      decoded(configMap, '{"data":{},"binaryData":null,"immutable":false,"metadata":{"labels":{"b":"","a":null},"generation":0}}'),
    ).toBe('{"metadata":{"labels":{"a":"","b":""}},"immutable":false}');
    expect(decoded(configMap, '{"immutable":null}')).toBe('{"metadata":{}}');
  });

  it('sorts maps in the order of UTF-8', () => {
    expect(decoded(configMap, '{"data":{"😀":"","\uffee":"","b":"","a":""}}')).toBe(
      '{"metadata":{},"data":{"a":"","b":"","\uffee":"","😀":""}}',
    );
  });

  it('treats __proto__ as any other key', () => {
    const { object } = decodeObject(configMap, parseJson(Buffer.from('{"data":{"__proto__":"x"},"__proto__":{"kind":"y"}}')));
    expect(JSON.stringify(object)).toBe('{"metadata":{},"data":{"__proto__":"x"}}');
  });

  it('brings values into their canonical form', () => {
    const limits = '{"cpu":0.5,"memory":"1024Mi","a":"1000m","b":1e3,"c":null}';
    expect(decoded(pod, container(`{"name":"c","resources":{"limits":${limits}}}`))).toContain(
      '"limits":{"a":"1","b":"1e3","c":"0","cpu":"500m","memory":"1Gi"}',
    );
    expect(decoded(configMap, '{"metadata":{"creationTimestamp":"2024-05-06T07:08:09.5+02:00"},"binaryData":{"b":"YR==","n":""}}')).toBe(
      '{"metadata":{"creationTimestamp":"2024-05-06T05:08:09Z"},"binaryData":{"b":"YQ==","n":""}}',
    );
    expect(decoded(service, '{"spec":{"ports":[{"port":1},{"port":-0,"targetPort":"web"}]}}')).toContain(
      '"ports":[{"port":1,"targetPort":0},{"port":0,"targetPort":"web"}]',
    );
  });

  it('gives null elements of a list their zero value', () => {
    expect(decoded(pod, '{"spec":{"containers":[null],"imagePullSecrets":[null]}}')).toContain(
      '"containers":[{"name":"","resources":{}}],"imagePullSecrets":[{}]',
    );
  });

  it('keeps any JSON where any JSON is allowed', () => {
    const schema = '{"default":{"b":1.0,"a":null},"enum":[null,1],"items":{"type":"string","bogus":1},"additionalProperties":true}';
    expect(decoded(crd, `{"spec":{"versions":[{"name":"v1","schema":{"openAPIV3Schema":${schema}}}]}}`)).toContain(
      '"openAPIV3Schema":{"default":{"b":1,"a":null},"enum":[null,1],"items":{"type":"string"},"additionalProperties":true}',
    );
  });

  it('decodes single values, too', () => {
    expect(decodeValue({ kind: 'list', items: { kind: 'scalar', scalar: 'quantity' } }, ['1000m', null])).toEqual(['1', '0']);
  });

  it.each([
    [
      deployment,
      '{"spec":{"replicas":1.0}}',
      'json: cannot unmarshal number 1.0 into Go struct field DeploymentSpec.spec.replicas of type int32',
    ],
    [
      deployment,
      '{"spec":{"replicas":1.5}}',
      'json: cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32',
    ],
    [
      configMap,
      '{"metadata":{"generation":9223372036854775808}}',
      'json: cannot unmarshal number 9223372036854775808 into Go struct field ObjectMeta.metadata.generation of type int64',
    ],
    [pod, '[]', 'json: cannot unmarshal array into Go value of type v1.Pod'],
    [
      pod,
      '{"spec":{"containers":{}}}',
      'json: cannot unmarshal object into Go struct field PodSpec.spec.containers of type []v1.Container',
    ],
    [
      pod,
      container('{"imagePullPolicy":5}'),
      'json: cannot unmarshal number into Go struct field Container.spec.containers.imagePullPolicy of type v1.PullPolicy',
    ],
    [
      pod,
      container('{"resources":{"limits":true}}'),
      'json: cannot unmarshal bool into Go struct field ResourceRequirements.spec.containers.resources.limits of type v1.ResourceList',
    ],
    [
      pod,
      container('{"livenessProbe":{"httpGet":[]}}'),
      'json: cannot unmarshal array into Go struct field Probe.spec.containers.livenessProbe.ProbeHandler.httpGet of type v1.HTTPGetAction',
    ],
    // The first error counts, but a type with a decoder of its own ends decoding.
    [
      pod,
      '{"spec":{"nodeName":1,"hostname":2}}',
      'json: cannot unmarshal number into Go struct field PodSpec.spec.nodeName of type string',
    ],
    [
      pod,
      '{"spec":{"nodeName":1,"containers":[{"livenessProbe":{"tcpSocket":{"port":[]}}}]}}',
      'json: cannot unmarshal array into Go struct field TCPSocketAction.spec.containers.livenessProbe.ProbeHandler.tcpSocket.port of type int32',
    ],
    [
      configMap,
      '{"metadata":{"creationTimestamp":5}}',
      'json: cannot unmarshal number into Go struct field ObjectMeta.metadata.creationTimestamp of type string',
    ],
    [
      crd,
      '{"spec":{"versions":[{"schema":{"openAPIV3Schema":{"items":{"externalDocs":{"url":5}}}}}]}}',
      'json: cannot unmarshal number into Go struct field JSONSchemaProps.spec.versions.schema.openAPIV3Schema.items.externalDocs.url of type string',
    ],
    [crd, '{"spec":{"versions":[{"schema":{"openAPIV3Schema":{"additionalItems":1}}}]}}', 'boolean or JSON schema expected'],
  ])('refuses %#: %s', (type, text, message) => {
    let thrown: unknown;
    try {
      decoded(type, text);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(DecodingError);
    expect((thrown as Error).message).toBe(message);
  });
});

describe('strict decoding', () => {
  it('reports unknown and repeated fields in the order of the body, each once', () => {
    const body =
      '{"x":1,"spec":{"containers":[{"y":1,"y":2},{"y":1}],"nodeSelector":{"a":"1","a":"2"},"nodeName":"a","nodeName":"b"},"metadata":{"Name":"n"},"__proto__":1}';
    expect(strict(pod, body)).toEqual([
      'unknown field "x"',
      'unknown field "spec.containers[0].y"',
      'unknown field "spec.containers[1].y"',
      'duplicate field "spec.nodeSelector.a"',
      'duplicate field "spec.nodeName"',
      'unknown field "metadata.Name"',
      'unknown field "__proto__"',
    ]);
  });

  it('reports no more than a hundred', () => {
    const body = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`x${String(i)}`, 1]));
    expect(decodeObject(pod, body, { strict: true }).strictErrors).toHaveLength(100);
  });

  it('puts a path in front where only a part of the body is decoded', () => {
    const meta = registry.typeByName('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta');
    if (meta === undefined) throw new Error('no ObjectMeta');
    expect(decodeObject(meta, { color: 'red' }, { strict: true, path: 'metadata' }).strictErrors).toEqual([
      'unknown field "metadata.color"',
    ]);
    expect(() => decodeObject(meta, { labels: { a: 1 } })).toThrow(
      'json: cannot unmarshal number into Go struct field ObjectMeta.labels of type string',
    );
  });

  it('unites what repeated fields give, as Go does', () => {
    expect(
      decoded(
        configMap,
        '{"metadata":{"name":"a","labels":{"y":"1"}},"data":{"k":"1"},"metadata":{"labels":{"x":"2"}},"data":{"l":"2","l":"3"}}',
      ),
    ).toBe('{"metadata":{"name":"a","labels":{"x":"2","y":"1"}},"data":{"k":"1","l":"3"}}');
  });
});

const OBJECTS = '../shared/reference/objects';

describe.skipIf(!existsSync(OBJECTS))('the reference objects (skipped without ../shared)', () => {
  it.each(readdirSync(existsSync(OBJECTS) ? OBJECTS : '.').filter((name) => name.endsWith('.json') && existsSync(OBJECTS)))(
    'come out of %s as they went in',
    (name) => {
      const text = readFileSync(`${OBJECTS}/${name}`, 'utf8');
      const [, group = '', version = '', kind = ''] = /^(.*)\.(v[^.]*)\.([^.]*)\.json$/.exec(name) ?? [];
      const type = typeOf(kind, group === 'core' ? '' : group, version);
      const { object, strictErrors } = decodeObject(type, parseJson(Buffer.from(text)), { strict: true });
      expect(JSON.stringify(object)).toBe(JSON.stringify(JSON.parse(text)));
      expect(strictErrors).toEqual([]);
    },
  );
});

const RECORDED = '../shared/parity/recorded';

interface RecordedStep {
  readonly id: string;
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly response?: { readonly body?: { readonly message?: string } };
}

/** Bodies that the real server refused while decoding them, with what it said. */
function refusals(): [string, StructType, Buffer, string][] {
  if (!existsSync(RECORDED)) return [];
  const found: [string, StructType, Buffer, string][] = [];
  for (const file of readdirSync(RECORDED).filter((name) => name.endsWith('.json'))) {
    const steps = JSON.parse(readFileSync(`${RECORDED}/${file}`, 'utf8')) as RecordedStep[];
    for (const step of steps) {
      const message = / cannot be handled as a \w+: (.*)$/s.exec(step.response?.body?.message ?? '')?.[1];
      if (
        message === undefined ||
        /unknown conversion|is registered for version/.test(message) ||
        step.headers?.['content-type']?.includes('yaml')
      )
        continue;
      const text = typeof step.body === 'string' ? step.body : JSON.stringify(step.body);
      const body = JSON.parse(text) as JsonObject;
      const [group = '', version = ''] = String(body['apiVersion']).includes('/')
        ? String(body['apiVersion']).split('/')
        : ['', String(body['apiVersion'])];
      const type = registry.typeOf({ group, version, kind: String(body['kind']) });
      if (type !== undefined) found.push([`${file}/${step.id}`, type, Buffer.from(text), message]);
    }
  }
  return found;
}

describe.skipIf(!existsSync(RECORDED))('bodies that the real server refused (skipped without ../shared)', () => {
  it.each(refusals())('%s gets the same words', (_, type, bytes, message) => {
    let said: string;
    try {
      said = `strict decoding error: ${decodeObject(type, parseJson(bytes), { strict: true }).strictErrors.join(', ')}`;
    } catch (error) {
      said = (error as Error).message;
    }
    expect(said).toBe(message);
  });
});
