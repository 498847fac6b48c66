import { badRequest, invalidObject, methodNotSupported } from '../../apimachinery/status.js';
import { parseFieldSelector, type FieldSelector } from '../../apimachinery/field-selector.js';
import { parseLabelSelector } from '../../apimachinery/label-selector.js';
import { parseGetOptions, parseListOptions, validateListOptions } from '../../apimachinery/options.js';
import { matcherOf, type Matcher } from '../matcher.js';
import { listObjects, parseRevision, readObject, type ListRequest } from '../reader.js';
import type { Stored } from '../../storage/storage.js';
import type { KubeObject } from '../object.js';
import { openWatch } from '../watch.js';
import type { ResourceDefinition } from '../resource.js';
import type { ResourceRequest, ResourceResult } from './api-request.js';
import { endpointOf } from './endpoint.js';

/** GET of one object or of a projection of it. */
export async function getResource(request: ResourceRequest): Promise<ResourceResult> {
  const { definition, context } = request;
  const options = parseGetOptions(request.query);
  if (request.query.has('export')) throw badRequest('the export parameter, deprecated since v1.14, is no longer supported');
  const endpoint = endpointOf(request);
  if (definition.computed !== undefined)
    return { kind: 'object', status: 200, object: definition.computed.get(context.name), stored: undefined, gvk: endpoint.gvk };
  if (endpoint.store === undefined) throw methodNotSupported(definition, 'get');
  const stored = await readObject(endpoint.store, context.namespace, context.name, options.resourceVersion);
  if (endpoint.projected)
    return { kind: 'object', status: 200, object: endpoint.viewForGet(stored.value), stored: undefined, gvk: endpoint.gvk };
  return { kind: 'object', status: 200, object: stored.value, stored, gvk: endpoint.gvk };
}

export interface ParsedList {
  readonly list: ListRequest;
  readonly watch: boolean;
  readonly timeoutSeconds: number | undefined;
  readonly allowBookmarks: boolean;
  readonly sendInitialEvents: boolean | undefined;
}

/** ListOptions of the query, checked, with compiled selectors (Go: listOpts). */
export function parseListRequest(request: ResourceRequest): ParsedList {
  const { definition, context, query } = request;
  const options = parseListOptions(query);
  const labels = options.labelSelector === '' ? undefined : parseLabelSelector(options.labelSelector);
  let fields = options.fieldSelector === '' ? undefined : parseFieldSelector(options.fieldSelector);
  const faults = validateListOptions(options);
  if (faults.length > 0) throw invalidObject({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', faults);
  if (fields !== undefined) fields = transform(fields, definition);
  let name = fields?.requiresExactMatch('metadata.name');
  if (context.name !== '') {
    if (fields !== undefined && !fields.isEmpty()) {
      if (name !== context.name) throw badRequest("fieldSelector metadata.name doesn't match requested name");
    } else {
      fields = parseFieldSelector(`metadata.name=${context.name}`);
      name = context.name;
    }
  }
  let namespace: string | undefined = definition.namespaced && context.namespace !== '' ? context.namespace : undefined;
  const exactNamespace = fields?.requiresExactMatch('metadata.namespace');
  if (namespace === undefined && definition.namespaced && exactNamespace !== undefined && name !== undefined) namespace = exactNamespace;
  return {
    list: {
      namespace,
      matcher: matcherOf(definition, labels, fields),
      name,
      limit: Math.max(0, options.limit),
      continue: options.continue,
      resourceVersion: options.resourceVersion,
      resourceVersionMatch: options.resourceVersionMatch,
    },
    watch: options.watch,
    timeoutSeconds: options.timeoutSeconds,
    allowBookmarks: options.allowWatchBookmarks,
    sendInitialEvents: options.sendInitialEvents,
  };
}

/** Checks field labels against what the type supports, resolving aliases. */
function transform(selector: FieldSelector, definition: ResourceDefinition): FieldSelector {
  return selector.transform((field, value) => {
    if (field === 'metadata.name' || (field === 'metadata.namespace' && definition.namespaceFieldLabel !== false)) return { field, value };
    const alias = definition.fieldLabelAliases?.[field];
    if (alias !== undefined) return { field: alias, value };
    if (definition.fieldLabels !== undefined && Object.hasOwn(definition.fieldLabels, field)) return { field, value };
    throw badRequest(unsupportedLabel(definition, field));
  });
}

/** Types with conversions of their own name only the label; the others the metadata rule (Go: DefaultMetaV1FieldSelectorConversion). */
function unsupportedLabel(definition: ResourceDefinition, field: string): string {
  if (definition.unsupportedFieldLabel !== undefined) return definition.unsupportedFieldLabel(field);
  if (definition.custom === true) return `field label not supported: ${field}`;
  if (definition.fieldLabels === undefined && definition.namespaceFieldLabel !== false) {
    return `"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`;
  }
  return `field label not supported: ${field}`;
}

/** Objects that aren't stored, as if they were. */
function computedItems({ group, resource, computed }: ResourceDefinition, matcher: Matcher): Stored<KubeObject>[] {
  const found = computed?.list().filter((object) => matcher?.(object) !== false) ?? [];
  return found.map((value) => ({
    key: { bucket: `${group}/${resource}`, namespace: '', name: value.metadata.name ?? '' },
    value,
    revision: 0,
    encoded: new Map(),
  }));
}

/** Longest watch when the client names no timeout: between 30 and 60 minutes. Seconds. */
const MIN_WATCH_SECONDS = 1800;

/** GET of a collection: a list, or a watch if asked for. */
export async function listResource(request: ResourceRequest, forceWatch: boolean): Promise<ResourceResult> {
  const { definition } = request;
  const { store } = definition;
  const parsed = parseListRequest(request);
  if (parsed.watch || forceWatch) {
    if (store === undefined || !definition.verbs.includes('watch')) throw methodNotSupported(definition, 'watch');
    const resourceVersion = parseRevision(parsed.list.resourceVersion);
    const seconds = parsed.timeoutSeconds ?? Math.round(MIN_WATCH_SECONDS * (1 + store.environment.random.fraction()));
    return {
      kind: 'watch',
      timeoutSeconds: seconds === 0 ? MIN_WATCH_SECONDS : seconds,
      open: (receiver, onEnd) =>
        openWatch(
          store,
          {
            namespace: parsed.list.namespace,
            matcher: parsed.list.matcher,
            resourceVersion,
            sendInitialEvents: parsed.sendInitialEvents,
            allowBookmarks: parsed.allowBookmarks,
          },
          receiver,
          onEnd,
        ),
    };
  }
  if (definition.computed !== undefined)
    return {
      kind: 'list',
      items: computedItems(definition, parsed.list.matcher),
      revision: 0,
      continue: '',
      remainingItemCount: undefined,
    };
  if (store === undefined) throw methodNotSupported(definition, 'list');
  const found = await listObjects(store, parsed.list);
  return { kind: 'list', ...found };
}
