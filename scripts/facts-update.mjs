/**
 * Makes `openapi/*.yaml` (see openapi/README.md for the form) out of a real
 * server's documents and the Go API types of the same version:
 *
 *     node scripts/facts-update.mjs --reference ../shared/reference --source <kubernetes tree>
 *
 * Structure (order, pointers, omission, protobuf numbers) comes from Go, what
 * is published (required, defaults, enums, list types) from OpenAPI. Where
 * both speak they must agree, or this command fails and writes nothing.
 */
import { readFileSync, writeFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { readGoPackage, readProtoMessages } from './facts-go.mjs';
import { factLine, scalarText } from './facts-yaml.mjs';

const { values: options } = parseArgs({
  options: {
    reference: { type: 'string', default: '../shared/reference' },
    source: { type: 'string' },
    out: { type: 'string', default: new URL('../openapi/', import.meta.url).pathname },
  },
});
if (!options.source) throw new Error('--source is missing: the unpacked Kubernetes source tree');
const source = options.source;

const STAGING = 'staging/src/k8s.io';
const META = `${STAGING}/apimachinery/pkg/apis/meta/v1`;
const APIEXTENSIONS = `${STAGING}/apiextensions-apiserver/pkg/apis/apiextensions/v1`;

/**
 * Where the types are; two packages belong to no group version.
 * @type {{ file: string, group?: string, version?: string, directory: string }[]}
 */
const PACKAGES = [
  { file: 'types', directory: `${STAGING}/apimachinery/pkg/types` },
  { file: 'version', directory: `${STAGING}/apimachinery/pkg/version` },
  { file: 'meta.v1', group: 'meta.k8s.io', version: 'v1', directory: META },
  { file: 'apiextensions.v1', group: 'apiextensions.k8s.io', version: 'v1', directory: APIEXTENSIONS },
  {
    file: 'apiregistration.v1',
    group: 'apiregistration.k8s.io',
    version: 'v1',
    directory: `${STAGING}/kube-aggregator/pkg/apis/apiregistration/v1`,
  },
  ...[
    ['core', 'v1', ''],
    ['admission', 'v1', 'admission.k8s.io'],
    ['admissionregistration', 'v1', 'admissionregistration.k8s.io'],
    ['apidiscovery', 'v2', 'apidiscovery.k8s.io'],
    ['apidiscovery', 'v2beta1', 'apidiscovery.k8s.io'],
    ['apps', 'v1', 'apps'],
    ['authentication', 'v1', 'authentication.k8s.io'],
    ['authorization', 'v1', 'authorization.k8s.io'],
    ['autoscaling', 'v1', 'autoscaling'],
    ['autoscaling', 'v2', 'autoscaling'],
    ['batch', 'v1', 'batch'],
    ['certificates', 'v1', 'certificates.k8s.io'],
    ['coordination', 'v1', 'coordination.k8s.io'],
    ['discovery', 'v1', 'discovery.k8s.io'],
    ['events', 'v1', 'events.k8s.io'],
    ['flowcontrol', 'v1', 'flowcontrol.apiserver.k8s.io'],
    ['networking', 'v1', 'networking.k8s.io'],
    ['node', 'v1', 'node.k8s.io'],
    ['policy', 'v1', 'policy'],
    ['rbac', 'v1', 'rbac.authorization.k8s.io'],
    ['resource', 'v1', 'resource.k8s.io'],
    ['scheduling', 'v1', 'scheduling.k8s.io'],
    ['storage', 'v1', 'storage.k8s.io'],
  ].map(([name, version, group]) => ({
    file: `${name}.${version}`,
    group: group ?? '',
    version: version ?? '',
    directory: `${STAGING}/api/${name}/${version}`,
  })),
];

/** Go types that the model knows as scalars. */
const SCALARS = new Map([
  [`${STAGING}/apimachinery/pkg/api/resource Quantity`, 'quantity'],
  [`${STAGING}/apimachinery/pkg/util/intstr IntOrString`, 'intOrString'],
  [`${STAGING}/apimachinery/pkg/runtime RawExtension`, 'rawExtension'],
  [`${META} Time`, 'time'],
  [`${META} MicroTime`, 'microTime'],
  [`${META} Duration`, 'duration'],
  [`${META} FieldsV1`, 'fieldsV1'],
  [`${APIEXTENSIONS} JSON`, 'json'],
  [`${APIEXTENSIONS} JSONSchemaPropsOrArray`, 'schemaOrArray'],
  [`${APIEXTENSIONS} JSONSchemaPropsOrBool`, 'schemaOrBool'],
  [`${APIEXTENSIONS} JSONSchemaPropsOrStringArray`, 'schemaOrStringArray'],
]);
const BUILTINS = new Map([
  ['string', 'string'],
  ['bool', 'boolean'],
  ['int32', 'int32'],
  ['int64', 'int64'],
  ['int', 'int64'],
  ['uint32', 'uint32'],
  ['float32', 'float32'],
  ['float64', 'double'],
  ['interface{}', 'any'],
]);
/** Helpers of the Go packages that never travel by themselves. */
const LEFT_OUT = new Set([...SCALARS.keys(), `${META} Timestamp`, `${META} InternalEvent`]);

/** @param {string} path */
const readReference = (path) => {
  const bytes = readFileSync(join(options.reference, path));
  return JSON.parse((path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8'));
};
const discovery = readReference('discovery.json');
const v2 = readReference('openapi-v2.json.gz');
/** @type {Record<string, any>} */
const schemas = {};
for (const path of Object.keys(readReference('openapi-v3/index.json').paths)) {
  const file = `openapi-v3/${path.replaceAll('/', '__')}.json.gz`;
  if (existsSync(join(options.reference, file))) Object.assign(schemas, readReference(file).components?.schemas);
}

/** @type {Map<string, Map<string, import('./facts-go.mjs').GoDeclaration>>} */
const packages = new Map();
/** @param {string} directory */
function goPackage(directory) {
  let read = packages.get(directory);
  if (!read) packages.set(directory, (read = readGoPackage(source, directory)));
  return read;
}
/** @type {Map<string, { file: string, definitions: string }>} */
const fileOfPackage = new Map(PACKAGES.map((p) => [p.directory, { file: p.file, definitions: definitionPrefix(p.directory) }]));

/** OpenAPI names a package by its reversed import path: `io.k8s.api.core.v1`. @param {string} directory */
function definitionPrefix(directory) {
  return `io.k8s.${directory.slice(`${STAGING}/`.length).replaceAll('/', '.')}`;
}

/** The scheme's group versions, served or not: those that DeleteOptions is registered in. */
const registered = v2.definitions['io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions']['x-kubernetes-group-version-kind'];

/**
 * A type expression of the facts, as seen from `file`, and whether Go holds it as a struct (which `omitempty` never leaves out).
 * @param {import('./facts-go.mjs').GoType} type
 * @param {string} directory
 * @returns {{ text: string, struct: boolean }}
 */
function typeExpression(type, directory) {
  if (type.kind === 'pointer') {
    const inner = typeExpression(type.of, directory);
    return { text: `${inner.text}?`, struct: inner.struct };
  }
  if (type.kind === 'list') {
    if (type.of.kind === 'builtin' && (type.of.of === 'byte' || type.of.of === 'uint8')) return { text: 'bytes', struct: false };
    return { text: `list<${typeExpression(type.of, directory).text}>`, struct: false };
  }
  if (type.kind === 'map') return { text: `map<${typeExpression(type.of, directory).text}>`, struct: false };
  if (type.kind === 'builtin') {
    const scalar = BUILTINS.get(type.of);
    if (!scalar) throw new Error(`unknown Go type ${type.of} in ${directory}`);
    return { text: scalar, struct: false };
  }
  const { pkg, name } = type.of;
  const scalar = SCALARS.get(`${pkg} ${name}`);
  if (scalar) return { text: scalar, struct: true };
  const declaration = goPackage(pkg).get(name);
  if (!declaration) throw new Error(`${pkg}.${name} is not declared`);
  const owner = fileOfPackage.get(pkg);
  if (!owner) {
    if (declaration.underlying?.kind === 'builtin') return typeExpression(declaration.underlying, pkg);
    throw new Error(`${pkg}.${name} is used in ${directory} but its package is not a source of facts`);
  }
  // An alias of a struct is that struct for JSON and protobuf.
  if (declaration.underlying?.kind === 'name' && resolveStruct(declaration.underlying))
    return typeExpression(declaration.underlying, directory);
  return { text: pkg === directory ? name : `${owner.file}.${name}`, struct: declaration.fields !== undefined };
}

/** @param {import('./facts-go.mjs').GoType} type @returns {boolean} */
function resolveStruct(type) {
  if (type.kind !== 'name') return false;
  const declaration = goPackage(type.of.pkg).get(type.of.name);
  return declaration?.fields !== undefined || (declaration?.underlying !== undefined && resolveStruct(declaration.underlying));
}

/** The innermost element of lists and maps, where published enums sit. @param {any} schema @returns {any} */
const leafOf = (schema) =>
  schema.items ? leafOf(schema.items) : schema.additionalProperties ? leafOf(schema.additionalProperties) : schema;

/** @param {any} a @param {any} b */
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** Enum values by named type, gathered while fields are read: `file.Name` → values. @type {Map<string, string[]>} */
const enums = new Map();

/** @param {import('./facts-go.mjs').GoType} type @returns {import('./facts-go.mjs').GoName | undefined} */
function namedLeaf(type) {
  if (type.kind === 'builtin') return undefined;
  if (type.kind !== 'name') return namedLeaf(type.of);
  const declaration = fileOfPackage.has(type.of.pkg) ? goPackage(type.of.pkg).get(type.of.name) : undefined;
  if (!declaration?.underlying) return undefined;
  return declaration.underlying.kind === 'builtin' ? type.of : namedLeaf(declaration.underlying);
}

/**
 * The facts of one field, keys in the order in which they are written.
 * @param {import('./facts-go.mjs').GoField} field
 * @param {string} directory
 * @param {any} schema the published definition of the parent, if it is published
 * @param {any} v2Schema
 * @param {string} where
 */
function fieldFacts(field, directory, schema, v2Schema, where) {
  const json = field.json ?? [];
  const inline = json.includes('inline') || (json[0] === '' && json.length > 1 && !json.includes('omitempty'));
  const { text, struct } = typeExpression(field.type, directory);
  const name = inline ? field.goName : (json[0] ?? '');
  /** @type {Record<string, unknown>} */
  const facts = { type: text };
  if (field.proto) facts['proto'] = field.proto;
  if (inline) {
    facts['inline'] = true;
    return { name, facts };
  }
  const pointer = text.endsWith('?');
  const omitempty = json.includes('omitempty');
  const omitzero = json.includes('omitzero');
  const published = schema?.properties?.[name];
  if (schema && !published) throw new Error(`${where} is in Go, but not published`);
  const required = schema ? (schema.required ?? []).includes(name) : !omitempty && !field.markers.has('optional');
  if (required) facts['required'] = true;
  if (omitzero && struct && !pointer) facts['omitzero'] = true;
  else if (!omitempty && (!struct || pointer)) facts['always'] = true;

  const implied = impliedDefault(text, struct, facts['always'] === true, published);
  const actual = published
    ? published.default
    : field.markers.has('default')
      ? JSON.parse(field.markers.get('default')?.[0] ?? 'null')
      : implied;
  if (!same(implied, actual)) facts['default'] = actual === undefined ? 'none' : actual;

  const marks = published ?? markerExtensions(field);
  const leaf = leafOf(marks);
  if (leaf.enum) {
    const named = namedLeaf(field.type);
    const owner = named && fileOfPackage.get(named.pkg);
    if (!named || !owner) throw new Error(`${where} has an enum, but no named type`);
    const key = `${owner.file}.${named.name}`;
    const known = enums.get(key);
    if (known && !same(known, leaf.enum)) throw new Error(`${where}: two enums of ${key}`);
    enums.set(key, leaf.enum);
  }
  for (const [key, extension] of [
    ['list', 'x-kubernetes-list-type'],
    ['keys', 'x-kubernetes-list-map-keys'],
    ['map', 'x-kubernetes-map-type'],
    ['patch', 'x-kubernetes-patch-strategy'],
    ['patchKey', 'x-kubernetes-patch-merge-key'],
  ]) {
    if (key && extension && marks[extension] !== undefined) facts[key] = marks[extension];
  }
  if ((field.patch ?? undefined) !== facts['patch'] || field.patchKey !== facts['patchKey'])
    throw new Error(`${where}: patch tags differ from OpenAPI`);
  // A reference with a description (or default) beside it is published inside `allOf`.
  if (struct && published && !published.description) facts['described'] = false;
  const other = v2Schema?.properties?.[name];
  for (const key of Object.keys(published ?? {})) {
    if (!KNOWN_KEYS.has(key)) throw new Error(`${where}: unknown OpenAPI key ${key}`);
    if (key.startsWith('x-') && v2Schema && !same(published[key], other?.[key])) throw new Error(`${where}: v2 and v3 differ in ${key}`);
  }
  return { name, facts };
}

const KNOWN_KEYS = new Set([
  'description',
  'type',
  'format',
  'default',
  'enum',
  'items',
  'additionalProperties',
  '$ref',
  'allOf',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-map-type',
  'x-kubernetes-patch-strategy',
  'x-kubernetes-patch-merge-key',
]);

/**
 * openapi-gen's own defaults: an empty struct, and the zero of a scalar that is always written.
 * @param {string} text @param {boolean} struct @param {boolean} always @param {any} published
 */
function impliedDefault(text, struct, always, published) {
  if (text.endsWith('?')) return undefined;
  if (struct) return STRUCT_WITHOUT_DEFAULT.test(text) ? undefined : {};
  if (!always || !published || text === 'bytes') return undefined;
  return { string: '', boolean: false, integer: 0, number: 0 }[/** @type {string} */ (published.type)];
}
const STRUCT_WITHOUT_DEFAULT = /^(quantity|intOrString|time|microTime|duration|rawExtension|fieldsV1|json|schemaOr\w+)$/;

/** What OpenAPI would publish, for types that it does not. @param {import('./facts-go.mjs').GoField} field */
function markerExtensions(field) {
  /** @type {Record<string, unknown>} */
  const out = {};
  const listType = field.markers.get('listType')?.[0];
  if (listType) out['x-kubernetes-list-type'] = listType;
  const keys = field.markers.get('listMapKey');
  if (keys) out['x-kubernetes-list-map-keys'] = keys;
  const mapType = field.markers.get('mapType')?.[0] ?? field.markers.get('structType')?.[0];
  if (mapType) out['x-kubernetes-map-type'] = mapType;
  if (field.patch) out['x-kubernetes-patch-strategy'] = field.patch;
  if (field.patchKey) out['x-kubernetes-patch-merge-key'] = field.patchKey;
  return out;
}

/** Every struct that travels: it has a JSON tag, or nothing at all. @param {import('./facts-go.mjs').GoDeclaration} declaration */
const travels = (declaration) =>
  declaration.fields !== undefined && (declaration.fields.length === 0 || declaration.fields.some((f) => f.json));

/**
 * @param {(typeof PACKAGES)[number]} unit
 * @returns {{ types: Map<string, { marks: Record<string, unknown>, fields: [string, Record<string, unknown>][] }>, protobuf: string | undefined }}
 */
function readTypes(unit) {
  const { definitions } = /** @type {{ definitions: string }} */ (fileOfPackage.get(unit.directory));
  const protoFile = join(source, unit.directory, 'generated.proto');
  const protoText = existsSync(protoFile) ? readFileSync(protoFile, 'utf8') : '';
  const messages = readProtoMessages(protoText);
  const types = new Map();
  for (const declaration of goPackage(unit.directory).values()) {
    if (!travels(declaration) || LEFT_OUT.has(`${unit.directory} ${declaration.name}`)) continue;
    if (declaration.fields?.length === 0 && !schemas[`${definitions}.${declaration.name}`] && !messages.has(declaration.name)) continue;
    const definition = `${definitions}.${declaration.name}`;
    const schema = schemas[definition] ?? v2.definitions[definition];
    /** @type {[string, Record<string, unknown>][]} */
    const fields = [];
    for (const field of declaration.fields ?? []) {
      if (field.json?.[0] === '-' || !field.json) continue;
      const { name, facts } = fieldFacts(
        field,
        unit.directory,
        schema ?? inherited.get(definition),
        v2.definitions[definition],
        `${definition}.${field.goName}`,
      );
      fields.push([name, facts]);
      checkProto(messages.get(declaration.name), field, `${definition}.${field.goName}`);
    }
    /** @type {Record<string, unknown>} */
    const marks = {};
    const mapType = schema ? schema['x-kubernetes-map-type'] : declaration.markers.get('structType')?.[0];
    if (mapType) marks['map'] = mapType;
    if (schema?.['x-kubernetes-unions']) marks['unions'] = schema['x-kubernetes-unions'];
    const gvk = groupVersionKinds(v2.definitions[definition], unit, declaration, fields);
    if (gvk) marks['gvk'] = gvk;
    if (messages.size > 0 && !messages.has(declaration.name)) marks['proto'] = false;
    types.set(declaration.name, { marks, fields });
    checkPublishedNames(definition, schema, fields, unit);
  }
  return { types, protobuf: /^package ([\w.]+);/m.exec(protoText)?.[1] };
}

/**
 * A kind's own group version kind goes without saying; `none`, another group version or `registered` is told.
 * @param {any} schema
 * @param {(typeof PACKAGES)[number]} unit
 * @param {import('./facts-go.mjs').GoDeclaration} declaration
 * @param {[string, Record<string, unknown>][]} fields
 */
function groupVersionKinds(schema, unit, declaration, fields) {
  const isKind = fields[0]?.[1]['type'] === (unit.file === 'meta.v1' ? 'TypeMeta' : 'meta.v1.TypeMeta');
  const published = schema?.['x-kubernetes-group-version-kind'];
  // The scheme has these in every group version (metav1.AddToGroupVersion), but nothing publishes them.
  if (!schema)
    return unit.file === 'meta.v1' && /^(?:List|Get|Create|Update|Patch)Options$/.test(declaration.name) ? 'registered' : undefined;
  if (!published) return isKind ? 'none' : undefined;
  const own = [{ group: unit.group, kind: declaration.name, version: unit.version }];
  if (same(published, own)) return isKind ? undefined : 'own';
  if (same(published, [{ group: '', kind: declaration.name, version: 'v1' }])) return 'core';
  if (
    same(
      published.map((/** @type {any} */ g) => [g.group, g.version]),
      registered.map((/** @type {any} */ g) => [g.group, g.version]),
    )
  )
    return 'registered';
  throw new Error(`${declaration.name}: unexpected group version kinds`);
}

/** Schemas of structs that are only ever published inside the structs that inline them. @type {Map<string, any>} */
const inherited = new Map();

function inheritSchemas() {
  for (const { directory } of PACKAGES) {
    for (const declaration of goPackage(directory).values()) {
      const definition = `${definitionPrefix(directory)}.${declaration.name}`;
      const schema = schemas[definition];
      if (schema) inherit(declaration, schema);
    }
  }
}

/** @param {import('./facts-go.mjs').GoDeclaration} declaration @param {any} schema */
function inherit(declaration, schema) {
  for (const field of declaration.fields ?? []) {
    const type = field.type.kind === 'pointer' ? field.type.of : field.type;
    if (field.json?.[0] !== '' || type.kind !== 'name') continue;
    const inner = goPackage(type.of.pkg).get(type.of.name);
    const definition = `${definitionPrefix(type.of.pkg)}.${type.of.name}`;
    if (!inner || schemas[definition]) continue;
    inherited.set(definition, schema);
    inherit(inner, schema);
  }
}

/** @param {Map<string, { number: number }> | undefined} message @param {import('./facts-go.mjs').GoField} field @param {string} where */
function checkProto(message, field, where) {
  if (!message) return;
  const numbers = [...message.values()].map((f) => f.number);
  if (field.proto !== 0 && !numbers.includes(field.proto)) throw new Error(`${where}: number ${field.proto} is not in generated.proto`);
}

/** @param {string} definition @param {any} schema @param {[string, Record<string, unknown>][]} fields @param {(typeof PACKAGES)[number]} unit */
function checkPublishedNames(definition, schema, fields, unit) {
  if (!schema) return;
  const names = flatNames(fields, unit.directory);
  for (const name of Object.keys(schema.properties ?? {}))
    if (!names.has(name)) throw new Error(`${definition}.${name} is published, but not in Go`);
}

/** @param {[string, Record<string, unknown>][]} fields @param {string} directory @returns {Set<string>} */
function flatNames(fields, directory) {
  const names = new Set();
  for (const [name, facts] of fields) {
    if (!facts['inline']) names.add(name);
    else {
      const text = String(facts['type']).replace('?', '');
      const owner = PACKAGES.find((p) => text.startsWith(`${p.file}.`));
      const pkg = owner?.directory ?? directory;
      const declaration = goPackage(pkg).get(owner ? text.slice(owner.file.length + 1) : text);
      for (const field of declaration?.fields ?? []) {
        if (field.json?.[0]) names.add(field.json[0]);
        else if (field.json)
          for (const n of flatNames([[field.goName, { inline: true, type: typeExpression(field.type, pkg).text }]], pkg)) names.add(n);
      }
    }
  }
  return names;
}

const STANDARD_VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

/** @param {(typeof PACKAGES)[number]} unit */
function resourceLines(unit) {
  const list = discovery[unit.group === '' ? `/api/${unit.version}` : `/apis/${unit.group}/${unit.version}`];
  /** @type {string[]} */
  const lines = [];
  for (const resource of list?.resources ?? []) {
    const sub = resource.name.includes('/');
    /** @type {Record<string, unknown>} */
    const facts = { kind: resource.kind };
    if (resource.group) facts['group'] = resource.group;
    if (resource.version) facts['version'] = resource.version;
    if (!sub) {
      facts['singular'] = resource.singularName;
      facts['namespaced'] = resource.namespaced;
      if (resource.shortNames) facts['short'] = resource.shortNames;
      if (resource.categories) facts['categories'] = resource.categories;
      if (resource.storageVersionHash) facts['hash'] = resource.storageVersionHash;
      if (returnsDeleted(unit, resource)) facts['returnsDeleted'] = true;
    }
    if (!same(resource.verbs, STANDARD_VERBS)) facts['verbs'] = resource.verbs;
    lines.push(factLine(resource.name, facts));
  }
  return lines;
}

/** What DELETE answers: the object, or a Status. @param {(typeof PACKAGES)[number]} unit @param {any} resource */
function returnsDeleted(unit, resource) {
  const root = unit.group === '' ? `/api/${unit.version}` : `/apis/${unit.group}/${unit.version}`;
  const path = `${root}/${resource.namespaced ? 'namespaces/{namespace}/' : ''}${resource.name}/{name}`;
  const ref = v2.paths[path]?.delete?.responses['200'].schema.$ref;
  return ref !== undefined && !ref.endsWith('.meta.v1.Status');
}

/** Priorities of the APIServices, from the two tables of the aggregator's set-up. */
function readPriorities() {
  // It has no APIService, and is served before all others (kube-aggregator, APIRegistrationGroupPriority).
  const priorities = new Map([['apiregistration.k8s.io/v1', { group: 20001, version: 0 }]]);
  for (const file of ['cmd/kube-apiserver/app/aggregator.go', 'pkg/controlplane/apiserver/aggregator.go']) {
    for (const match of readFileSync(join(source, file), 'utf8').matchAll(
      /\{Group: "([^"]*)", Version: "(\w+)"\}:\s*\{Group: (\d+), Version: (\d+)\}/g,
    )) {
      priorities.set(`${match[1]}/${match[2]}`, { group: Number(match[3]), version: Number(match[4]) });
    }
  }
  return priorities;
}

/** @param {(typeof PACKAGES)[number]} unit @param {ReturnType<typeof readTypes>} read @param {Map<string, { group: number, version: number }>} priorities */
function fileText(unit, read, priorities) {
  const { definitions } = /** @type {{ definitions: string }} */ (fileOfPackage.get(unit.directory));
  const lines = unit.group === undefined ? [] : [`group: ${scalarText(unit.group)}`, `version: ${unit.version}`];
  lines.push(`definitions: ${definitions}`);
  if (read.protobuf) lines.push(`protobuf: ${read.protobuf}`);
  const priority = priorities.get(`${unit.group}/${unit.version}`);
  const resources = resourceLines(unit);
  if (priority && resources.length > 0) lines.push(factLine('priority', priority));
  if (resources.length > 0) lines.push('', 'resources:', ...resources.map((line) => `  ${line}`));
  const named = namedTypeLines(unit);
  if (named.length > 0) lines.push('', 'names:', ...named.map((line) => `  ${line}`));
  if (read.types.size > 0) lines.push('', 'types:');
  for (const [name, { marks, fields }] of read.types) {
    const hasMarks = Object.keys(marks).length > 0;
    if (!hasMarks && fields.length === 0) lines.push(`  ${name}: {}`);
    else lines.push(`  ${name}:`);
    if (hasMarks) lines.push(`    ${factLine('_', marks)}`);
    for (const [field, facts] of fields) lines.push(`    ${factLine(field, facts)}`);
  }
  return `${lines.join('\n')}\n`;
}

/** Named types that are no structs: what errors call them, and their values. @param {(typeof PACKAGES)[number]} unit */
function namedTypeLines(unit) {
  /** @type {string[]} */
  const lines = [];
  const protoFile = join(source, unit.directory, 'generated.proto');
  const messages = readProtoMessages(existsSync(protoFile) ? readFileSync(protoFile, 'utf8') : '');
  for (const declaration of goPackage(unit.directory).values()) {
    if (!declaration.underlying || resolveStruct(declaration.underlying) || LEFT_OUT.has(`${unit.directory} ${declaration.name}`)) continue;
    if (!used.has(`${unit.file}.${declaration.name}`)) continue;
    const text = typeExpression(declaration.underlying, unit.directory).text;
    /** @type {Record<string, unknown>} */
    const facts = { type: messages.has(declaration.name) && text.startsWith('list<') ? `wrapped<${text}>` : text };
    const values = enums.get(`${unit.file}.${declaration.name}`);
    if (values) facts['enum'] = values;
    lines.push(factLine(declaration.name, facts));
  }
  return lines;
}

inheritSchemas();
const priorities = readPriorities();
const read = PACKAGES.map((unit) => ({ unit, ...readTypes(unit) }));
/** @type {Set<string>} */
const used = new Set();
/** @param {string} text @param {string} file */
function use(text, file) {
  const leaf = text.replace(/^(?:(?:list|map)<)*|[>?]+$/g, '');
  const key = PACKAGES.some((p) => leaf.startsWith(`${p.file}.`)) ? leaf : `${file}.${leaf}`;
  if (used.has(key)) return;
  used.add(key);
  const owner = PACKAGES.find((p) => key.startsWith(`${p.file}.`));
  const declaration = owner && goPackage(owner.directory).get(key.slice(owner.file.length + 1));
  if (owner && declaration?.underlying) use(typeExpression(declaration.underlying, owner.directory).text, owner.file);
}
for (const { unit, types } of read)
  for (const { fields } of types.values()) for (const [, facts] of fields) use(String(facts['type']), unit.file);

for (const entry of read) writeFileSync(join(options.out, `${entry.unit.file}.yaml`), fileText(entry.unit, entry, priorities));

/** @type {Map<string, string[]>} */
const versions = new Map();
for (const { group, version } of registered) versions.set(group, [...(versions.get(group) ?? []), version]);
writeFileSync(
  join(options.out, 'groups.yaml'),
  [
    `openapi: ${scalarText(v2.info.version)}`,
    '',
    '# Every group version of the scheme, served or not: DeleteOptions and WatchEvent are registered in all of them.',
    'registered:',
    ...[...versions].map(([group, list]) => `  ${scalarText(group)}: [${list.join(', ')}]`),
    '',
  ].join('\n'),
);
