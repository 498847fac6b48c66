import { notAcceptable, StatusError, unsupportedMediaType } from '../apimachinery/status.js';
import type { MediaType } from '../registry/handlers/api-request.js';
import type { ResourceDefinition } from '../registry/resource.js';
import type { AggregatedVersion } from '../discovery/aggregated.js';
import { parseAccept, type AcceptClause } from './accept.js';
import type { KubeRequest } from './kube-request.js';
import type { Output } from './output.js';

type Format = Output['format'];

const FORMATS: Readonly<Record<string, Format>> = {
  'application/json': 'json',
  'application/yaml': 'yaml',
  'application/vnd.kubernetes.protobuf': 'protobuf',
};
const BUILTIN = Object.keys(FORMATS);
const CUSTOM = BUILTIN.slice(0, 2);
const STREAMS = ['application/json;stream=watch', 'application/vnd.kubernetes.protobuf;stream=watch'];

const PROJECTIONS: ReadonlySet<string> = new Set(['Table', 'PartialObjectMetadata', 'PartialObjectMetadataList']);

/** Agents of people at a terminal or a browser get indented JSON. */
function isPretty(kube: Pick<KubeRequest, 'query' | 'userAgent'>): boolean {
  const asked = kube.query.get('pretty')?.[0];
  if (asked !== undefined) return asked !== '' && asked !== '0' && asked !== 'false' && asked !== 'f' && asked !== 'F' && asked !== 'False' && asked !== 'FALSE';
  return /^(?:curl|Wget|Mozilla\/5\.0)/.test(kube.userAgent);
}

/** The format of errors: the first type of Accept that is known, else JSON. */
export function errorOutput(accept: string | undefined, query: KubeRequest['query'], userAgent: string): Output {
  let format: Format = 'json';
  for (const { type } of parseAccept(accept)) {
    const known = FORMATS[type];
    if (known !== undefined) {
      format = known;
      break;
    }
    if (type === '*/*' || type === 'application/*') break;
  }
  return { format, as: undefined, version: 'v1', pretty: isPretty({ query, userAgent }) };
}

/** The answer's form for a resource; 406 if nothing fits (Go: go-restful's routes, then negotiation.NegotiateOutputMediaType). */
export function negotiateOutput(kube: KubeRequest, definition: ResourceDefinition, verb: string): Output {
  const clauses = parseAccept(kube.accept);
  const offered = definition.custom === true ? CUSTOM : BUILTIN;
  if (definition.custom !== true) refuseForeign(clauses);
  for (const clause of clauses) {
    const format = formatOf(clause, offered);
    if (format === undefined) continue;
    const as = clause.parameters.get('as');
    if (as === undefined || as === '') return { format, as: undefined, version: 'v1', pretty: isPretty(kube) };
    const version = clause.parameters.get('v') ?? '';
    if (!PROJECTIONS.has(as) || clause.parameters.get('g') !== 'meta.k8s.io' || (version !== 'v1' && version !== 'v1beta1')) continue;
    if (as === 'Table' && format === 'protobuf') continue;
    const isList = verb === 'list' || verb === 'deletecollection';
    if (as === 'PartialObjectMetadataList' && !isList) throw notAcceptable(`you requested PartialObjectMetadataList, but the requested object is not a list (${goObject(definition, '')})`);
    if (as === 'PartialObjectMetadata' && isList) throw notAcceptable(`you requested PartialObjectMetadata, but the requested object is a list (${goObject(definition, 'List')})`);
    return { format, as: as as Exclude<Output['as'], undefined>, version, pretty: isPretty(kube) };
  }
  throw onlyThese(offered);
}

/** The stream's form for a watch; YAML can't be streamed. */
export function negotiateWatch(kube: KubeRequest, definition: ResourceDefinition): Output {
  const clauses = parseAccept(kube.accept);
  if (definition.custom !== true) refuseForeign(clauses);
  for (const clause of clauses) {
    const format = formatOf(clause, definition.custom === true ? CUSTOM : BUILTIN);
    if (format === undefined || format === 'yaml') continue;
    const as = clause.parameters.get('as');
    if (as === undefined || as === '') return { format, as: undefined, version: 'v1', pretty: false };
    const version = clause.parameters.get('v') ?? '';
    if (!PROJECTIONS.has(as) || as === 'PartialObjectMetadataList' || (version !== 'v1' && version !== 'v1beta1')) continue;
    return { format, as: as as Exclude<Output['as'], undefined>, version, pretty: false };
  }
  throw onlyThese(definition.custom === true ? STREAMS.slice(0, 1) : STREAMS);
}

/** Discovery documents: plain JSON, YAML (or protobuf, which we answer in JSON's stead only if it is asked for alone). */
export function negotiateDiscovery(kube: KubeRequest): Output {
  const clauses = parseAccept(kube.accept);
  refuseForeign(clauses);
  for (const clause of clauses) {
    const format = formatOf(clause, BUILTIN);
    if (format !== undefined && !clause.parameters.get('as')) return { format, as: undefined, version: 'v1', pretty: isPretty(kube) };
  }
  throw onlyThese(BUILTIN);
}

/** The version of aggregated discovery that is asked for first, if any (KEP-3352). */
export function negotiateAggregated(kube: KubeRequest): AggregatedVersion | undefined {
  for (const { type, parameters } of parseAccept(kube.accept)) {
    const as = parameters.get('as');
    if (as === undefined) {
      if (FORMATS[type] !== undefined || type === '*/*') return undefined;
      continue;
    }
    const version = parameters.get('v');
    if (type === 'application/json' && as === 'APIGroupDiscoveryList' && parameters.get('g') === 'apidiscovery.k8s.io' && (version === 'v2' || version === 'v2beta1')) return version;
  }
  return undefined;
}

/** The body's format; 415 if it is none of ours. Absent means JSON. */
export function negotiateBody(kube: KubeRequest, definition: ResourceDefinition | undefined): MediaType {
  const type = (kube.contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (type === '') return 'json';
  const offered = definition?.custom === true ? CUSTOM : BUILTIN;
  const format = offered.includes(type) ? FORMATS[type] : undefined;
  if (format === undefined) throw unsupportedMediaType(`the body of the request was in an unknown format - accepted media types include: ${offered.join(', ')}`);
  return format;
}

/** go-restful refuses before the handler if no type of Accept is one of the route's, parameters aside. */
function refuseForeign(clauses: readonly AcceptClause[]): void {
  if (clauses.some(({ type }) => type === '*/*' || FORMATS[type] !== undefined)) return;
  throw new StatusError({
    code: 406,
    reason: 'NotAcceptable',
    message: `406: Not Acceptable\n\nAvailable representations: ${BUILTIN.join(', ')}`,
    details: {},
  });
}

function formatOf({ type }: AcceptClause, offered: readonly string[]): Format | undefined {
  if (type === '*/*' || type === 'application/*') return 'json';
  return offered.includes(type) ? FORMATS[type] : undefined;
}

function onlyThese(offered: readonly string[]): StatusError {
  return notAcceptable(`only the following media types are accepted: ${offered.join(', ')}`);
}

/** How Go's `%T` names the object: `*core.ConfigMapList`; custom resources are unstructured. */
function goObject(definition: ResourceDefinition, suffix: string): string {
  if (definition.custom === true) return `*unstructured.Unstructured${suffix}`;
  const internal = definition.group === '' || definition.group === 'events.k8s.io' ? 'core' : (definition.group.split('.')[0] ?? '');
  return `*${internal}.${definition.kind}${suffix}`;
}
