import type { FastifyReply } from 'fastify';
import { goJson } from '../apimachinery/field-error.js';
import { apiVersionOf, type GroupVersion } from '../apimachinery/group-version.js';
import { statusBody } from '../apimachinery/status.js';
import { partialObjectMetadata } from '../registry/printers/index.js';
import type { ResourceDefinition } from '../registry/resource.js';
import type { ResourceResult } from '../registry/handlers/api-request.js';
import type { WatchItem } from '../registry/watch.js';
import { encodeProtobuf, encodeWatchEvent, frameMessage } from '../schema/protobuf.js';
import { typeRegistry } from '../schema/types.js';
import type { JsonObject } from '../schema/type.js';
import { enveloped, jsonOf, protobufOf, versioned } from './encode-object.js';
import type { KubeRequest } from './kube-request.js';
import type { ServerOptions } from './options.js';
import type { Output } from './output.js';
import { table } from './send-result.js';
import { bookmarkObject, serveWatch, type Frame } from './watch-stream.js';
import { warningHeaders } from './respond.js';

/** Streams a watch in the form that was asked for. */
export async function startWatch(
  reply: FastifyReply,
  kube: KubeRequest,
  definition: ResourceDefinition,
  result: Extract<ResourceResult, { kind: 'watch' }>,
  output: Output,
  options: ServerOptions,
): Promise<void> {
  const done = options.metrics.watching(kube);
  const headers: Record<string, string | string[]> = { 'audit-id': kube.auditId };
  if (kube.warnings.texts.length > 0) headers['warning'] = warningHeaders(kube.warnings.texts);
  try {
    await serveWatch(reply, {
      contentType: output.format === 'protobuf' ? 'application/vnd.kubernetes.protobuf;stream=watch' : 'application/json',
      frame: frameOf(definition, output, kube, options),
      timeoutSeconds: result.timeoutSeconds,
      open: result.open,
      clock: options.clock,
      headers,
      track: (close) => {
        const untrack = options.track(close);
        return () => {
          done();
          untrack();
          // A client that goes away leaves an answer that never finishes.
          kube.audit?.completed(200);
        };
      },
    });
    kube.audit?.started(200);
  } catch (error) {
    done();
    throw error;
  }
}

function frameOf(definition: ResourceDefinition, output: Output, kube: KubeRequest, options: ServerOptions): Frame {
  if (output.as === 'Table') {
    let first = true;
    return (item) => {
      const frame = jsonFrame(item.type, goJson(tableEvent(item, definition, output, kube, options, !first)));
      first = false;
      return frame;
    };
  }
  if (output.as === 'PartialObjectMetadataList') return notAList;
  if (output.as !== undefined) {
    if (output.format === 'protobuf') return (item) => partialProtobufFrame(item, definition, output);
    return (item) => jsonFrame(item.type, goJson(partialEvent(item, definition, output)));
  }
  return output.format === 'protobuf' ? (item) => protobufFrame(item, definition) : (item) => plainFrame(item, definition);
}

/** No event is a list: the first one ends the stream, as on the real server, which only logs why. */
function notAList(): never {
  throw new Error('an event has no list of metadata');
}

function jsonFrame(type: string, object: string): Buffer {
  return Buffer.from(`{"type":"${type}","object":${object}}\n`);
}

/** The shared frame of an event: made for its first watcher, kept on the event for the others. */
function plainFrame(item: WatchItem, definition: ResourceDefinition): Buffer {
  if (item.type === 'BOOKMARK') return jsonFrame('BOOKMARK', goJson(bookmark(item, definition)));
  if (item.type === 'ERROR') return jsonFrame('ERROR', goJson(statusBody(item.status)));
  const form = `${item.type} ${definition.conversion?.name ?? definition.version}`;
  const kept = item.event?.frames.get(form);
  if (kept !== undefined) return kept;
  const frame = Buffer.concat([HEADS[item.type], jsonOf(item.stored, definition), TAIL]);
  item.event?.frames.set(form, frame);
  return frame;
}

const HEADS = {
  ADDED: Buffer.from('{"type":"ADDED","object":'),
  MODIFIED: Buffer.from('{"type":"MODIFIED","object":'),
  DELETED: Buffer.from('{"type":"DELETED","object":'),
};
const TAIL = Buffer.from('}\n');

function bookmark(item: WatchItem & { type: 'BOOKMARK' }, definition: ResourceDefinition): object {
  return bookmarkObject(apiVersionOf(definition), definition.kind, item.revision, item.initialEventsEnd);
}

/** A metav1.WatchEvent whose object is an enveloped message, length first. */
function protobufFrame(item: WatchItem, definition: ResourceDefinition): Buffer {
  const gvk = { group: definition.group, version: definition.version, kind: definition.kind };
  if (item.type === 'BOOKMARK')
    return watchEvent(item.type, enveloped(encodeProtobuf(definition.type, bookmark(item, definition) as JsonObject), gvk));
  if (item.type === 'ERROR') return metaEvent('ERROR', 'Status', statusBody(item.status), { group: '', version: 'v1' });
  const form = `${item.type} pb ${definition.version}`;
  const kept = item.event?.frames.get(form);
  if (kept !== undefined) return kept;
  const frame = watchEvent(item.type, enveloped(protobufOf(item.stored, definition), gvk));
  item.event?.frames.set(form, frame);
  return frame;
}

function partialProtobufFrame(item: WatchItem, definition: ResourceDefinition, output: Output): Buffer {
  const object = partialEvent(item, definition, output);
  if (item.type === 'ERROR') return metaEvent('ERROR', 'Status', object, { group: '', version: 'v1' });
  return metaEvent(item.type, 'PartialObjectMetadata', object, { group: 'meta.k8s.io', version: output.version });
}

/** An event about an object of metav1. */
function metaEvent(type: string, kind: string, object: object, gv: GroupVersion): Buffer {
  const found = typeRegistry().typeByName(`io.k8s.apimachinery.pkg.apis.meta.v1.${kind}`);
  if (found === undefined) throw new Error(`the facts lack metav1.${kind}`);
  return watchEvent(type, enveloped(encodeProtobuf(found, object as JsonObject), { ...gv, kind }));
}

/** A frame of a protobuf watch. */
function watchEvent(type: string, object: Buffer): Buffer {
  return frameMessage(encodeWatchEvent(type, object));
}

function tableEvent(
  item: WatchItem,
  definition: ResourceDefinition,
  output: Output,
  kube: KubeRequest,
  options: ServerOptions,
  noHeaders: boolean,
): object {
  if (item.type === 'ERROR') return statusBody(item.status);
  if (item.type === 'BOOKMARK') {
    const value = bookmark(item, definition);
    return table(definition, [value as never], { resourceVersion: String(item.revision) }, output, kube, options, noHeaders);
  }
  const object = item.stored.value;
  return table(definition, [object], { resourceVersion: object.metadata.resourceVersion }, output, kube, options, noHeaders);
}

function partialEvent(item: WatchItem, definition: ResourceDefinition, output: Output): object {
  if (item.type === 'ERROR') return statusBody(item.status);
  const object = item.type === 'BOOKMARK' ? bookmark(item, definition) : versioned(item.stored.value, definition);
  return partialObjectMetadata(object as unknown as JsonObject, output.version);
}
