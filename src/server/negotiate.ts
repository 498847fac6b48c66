import {
  AGGREGATED_ENDPOINT,
  BUILT_IN_ENDPOINT,
  CUSTOM_ENDPOINT,
  isPrettyPrint,
  MEDIA_TYPES,
  negotiateInput,
  negotiateMediaType,
  negotiateOutput as chooseOutput,
  negotiateStream,
  PLAIN_ENDPOINT,
  type BodyFormat,
  type NegotiatedOutput,
} from '../apimachinery/content-type.js';
import type { GroupVersionKind } from '../apimachinery/group-version.js';
import { notAcceptable, plainError, StatusError } from '../apimachinery/status.js';
import type { MediaType } from '../registry/handlers/api-request.js';
import type { ResourceDefinition } from '../registry/resource.js';
import type { KubeRequest } from './kube-request.js';
import type { Output } from './output.js';

const KNOWN: ReadonlySet<string> = new Set(Object.values(MEDIA_TYPES));

/** The format of errors: what Accept asks for, else JSON. */
export function errorOutput(accept: string | undefined, query: KubeRequest['query'], userAgent: string): Output {
  const chosen = negotiateMediaType(accept, PLAIN_ENDPOINT);
  return { format: chosen?.format ?? 'json', as: undefined, version: 'v1', pretty: isPrettyPrint(query.get('pretty')?.[0], userAgent) };
}

/** The answer's form for a resource; 406 if nothing fits. */
export function negotiateOutput(kube: KubeRequest, definition: ResourceDefinition, verb: string): Output {
  if (definition.custom !== true) refuseForeign(kube.accept, verb === 'list' ? WATCHABLE : PLAIN);
  return outputOf(kube, chooseOutput(kube.accept, endpointOf(definition)));
}

/** 406 for a form that only lists have, or only objects; the real server finds out when the work is done. */
export function checkForm(output: Output, definition: ResourceDefinition, verb: string, answered: GroupVersionKind): void {
  const isList = verb === 'list' || verb === 'deletecollection';
  if (output.as === 'PartialObjectMetadataList' && !isList) {
    // An unstructured object passes for a list until its items are looked for.
    if (definition.custom === true) throw plainError(500, 'content is not a list');
    throw notAcceptable(
      `you requested PartialObjectMetadataList, but the requested object is not a list (${goObject(answered, '', definition.custom)})`,
    );
  }
  if (output.as === 'PartialObjectMetadata' && isList) {
    throw notAcceptable(
      `you requested PartialObjectMetadata, but the requested object is a list (${goObject(answered, 'List', definition.custom)})`,
    );
  }
}

/** The stream's form for a watch; YAML can't be streamed. */
export function negotiateWatch(kube: KubeRequest, definition: ResourceDefinition): Output {
  if (definition.custom !== true) refuseForeign(kube.accept, WATCHABLE);
  return outputOf(kube, negotiateStream(kube.accept, endpointOf(definition)));
}

/** Discovery documents of one group version, and of the core group. */
export function negotiateDiscovery(kube: KubeRequest): Output {
  refuseForeign(kube.accept, PLAIN);
  return negotiateGroups(kube);
}

/** Documents of API groups, which no router stands before. */
export function negotiateGroups(kube: KubeRequest): Output {
  return outputOf(kube, chooseOutput(kube.accept, PLAIN_ENDPOINT));
}

function endpointOf(definition: ResourceDefinition): typeof BUILT_IN_ENDPOINT {
  if (definition.custom === true) return CUSTOM_ENDPOINT;
  return definition.store === undefined ? PLAIN_ENDPOINT : BUILT_IN_ENDPOINT;
}

function outputOf(kube: KubeRequest, chosen: NegotiatedOutput): Output {
  return {
    format: chosen.format,
    as: chosen.convert?.kind as Output['as'],
    version: chosen.convert?.version === 'v1beta1' ? 'v1beta1' : 'v1',
    pretty: isPrettyPrint(kube.query.get('pretty')?.[0], kube.userAgent),
  };
}

/** The format of aggregated discovery, if Accept names that anywhere: no other clause is one for it (KEP-3352). */
export function negotiateAggregated(kube: KubeRequest): BodyFormat | undefined {
  return kube.accept === undefined || kube.accept === '' ? undefined : negotiateMediaType(kube.accept, AGGREGATED_ENDPOINT)?.format;
}

/** Documents that have one form: 406 if Accept names no such type (go-restful's routes of /version and the issuer's documents). */
export function acceptOnly(kube: KubeRequest, type: string): void {
  refuseForeign(kube.accept, type, new Set([type]));
}

/** A container's log is text, but Accept must allow for errors, which aren't: the real server takes `text/plain` alone for neither. */
export function acceptLog(kube: KubeRequest): void {
  refuseForeign(kube.accept, `text/plain, ${PLAIN}`, new Set([...KNOWN, 'text/plain']));
  chooseOutput(kube.accept, PLAIN_ENDPOINT);
}

/** The body's format; 415 if it is none of ours. */
export function negotiateBody(kube: KubeRequest): MediaType {
  return negotiateInput(kube.contentType);
}

/** What routes offer, as go-restful lists it; those of collections offer streams, too. */
const PLAIN = Object.values(MEDIA_TYPES).join(', ');
const WATCHABLE = `${PLAIN}, ${MEDIA_TYPES.json};stream=watch, ${MEDIA_TYPES.protobuf};stream=watch`;

/** go-restful refuses before the handler if no type of Accept is one of the route's, parameters aside. */
function refuseForeign(accept: string | undefined, offered: string, known: ReadonlySet<string> = KNOWN): void {
  if (accept === undefined || accept === '') return;
  for (const clause of accept.split(',')) {
    const type = (clause.split(';')[0] ?? '').trim();
    if (type === '*/*' || known.has(type)) return;
  }
  throw new StatusError({
    code: 406,
    reason: 'NotAcceptable',
    message: `406: Not Acceptable\n\nAvailable representations: ${offered}`,
    details: {},
  });
}

/** How Go's `%T` names the object: `*core.ConfigMapList`; custom resources are unstructured. */
function goObject({ group, kind }: GroupVersionKind, suffix: string, isCustom = false): string {
  if (isCustom) return `*unstructured.Unstructured${suffix}`;
  const internal = group === '' || group === 'events.k8s.io' ? 'core' : (group.split('.')[0] ?? '');
  return `*${internal}.${kind}${suffix}`;
}
