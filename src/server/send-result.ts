import type { FastifyReply } from 'fastify';
import { goJson } from '../apimachinery/field-error.js';
import { badRequest } from '../apimachinery/status.js';
import {
  crdScalePrinter,
  partialObjectMetadata,
  partialObjectMetadataList,
  printerFor,
  scalePrinter,
  tableOf,
  type TablePrinter,
} from '../registry/printers/index.js';
import type { KubeObject } from '../registry/object.js';
import type { ResourceDefinition } from '../registry/resource.js';
import type { ResourceResult } from '../registry/handlers/api-request.js';
import { encodeProtobuf } from '../schema/protobuf.js';
import { typeRegistry } from '../schema/types.js';
import type { JsonObject, StructType } from '../schema/type.js';
import { enveloped, jsonList, jsonOf, objectJson, protobufList, protobufOf, versioned } from './encode-object.js';
import type { KubeRequest } from './kube-request.js';
import type { ServerOptions } from './options.js';
import { CONTENT_TYPES, type Output } from './output.js';
import { encodeValue, sendBytes, sendPieces, sendValue } from './respond.js';

export type SendableResult = Exclude<ResourceResult, { kind: 'watch' }>;

/** Writes a handler's answer in the form that the client asked for. */
export async function sendResult(
  reply: FastifyReply,
  kube: KubeRequest,
  definition: ResourceDefinition,
  result: SendableResult,
  output: Output,
  options: ServerOptions,
): Promise<void> {
  const gzip = reply.request.headers['accept-encoding'];
  const encoding = typeof gzip === 'string' ? gzip : undefined;
  if (result.kind === 'status') {
    await sendValue(reply, result.status, result.body, output, encoding);
    return;
  }
  if (output.as !== undefined) {
    await sendProjection(reply, kube, definition, result, output, options, encoding);
    return;
  }
  if (kube.audit?.wants('RequestResponse') === true) kube.audit.answered(valueOf(definition, result));
  const contentType = CONTENT_TYPES[output.format];
  if (result.kind === 'list') await sendPieces(reply, contentType, await listPieces(definition, result, output), encoding);
  else await sendBytes(reply, result.status, contentType, await objectBytes(definition, result, output), encoding);
}

type ObjectResult = Extract<ResourceResult, { kind: 'object' }>;
type ListResult = Extract<ResourceResult, { kind: 'list' }>;

const NEWLINE = Buffer.from('\n');

/** The whole answer as a JSON value, for the audit trail. */
function valueOf(definition: ResourceDefinition, result: ObjectResult | ListResult): unknown {
  if (result.kind === 'list') return listValue(result, definition, listMetadata(result));
  return isOwn(definition, result) ? versioned(result.object, definition) : result.object;
}

/** Whether an answer is of the resource's own kind, not of a subresource's. */
function isOwn(definition: ResourceDefinition, { gvk }: ObjectResult): boolean {
  return gvk.kind === definition.kind && gvk.version === definition.version;
}

async function objectBytes(definition: ResourceDefinition, result: ObjectResult, output: Output): Promise<Buffer> {
  const { stored, object, gvk } = result;
  const own = isOwn(definition, result);
  if (output.format === 'json' && !output.pretty) {
    return Buffer.concat([
      stored !== undefined && own
        ? jsonOf(stored, definition)
        : Buffer.from(own ? objectJson(versioned(object, definition), definition) : goJson(object)),
      NEWLINE,
    ]);
  }
  if (output.format === 'protobuf') {
    if (stored !== undefined && own) return enveloped(protobufOf(stored, definition), gvk);
    const type = own ? definition.type : requireType(typeRegistry().typeOf(gvk));
    return enveloped(encodeProtobuf(type, (own ? versioned(object, definition) : object) as unknown as JsonObject), gvk);
  }
  return await encodeValue(own ? versioned(object, definition) : object, output);
}

function requireType(type: StructType | undefined): StructType {
  if (type === undefined) throw new Error('an answer of a kind without facts');
  return type;
}

/** metadata of a list, in Go's order. */
export function listMetadata(result: {
  revision: number;
  continue: string;
  remainingItemCount: number | undefined;
}): Record<string, unknown> {
  return {
    ...(result.revision === 0 ? {} : { resourceVersion: String(result.revision) }),
    ...(result.continue === '' ? {} : { continue: result.continue }),
    ...(result.remainingItemCount === undefined ? {} : { remainingItemCount: result.remainingItemCount }),
  };
}

async function listPieces(definition: ResourceDefinition, result: ListResult, output: Output): Promise<readonly Buffer[]> {
  const metadata = listMetadata(result);
  if (definition.custom === true) metadata['continue'] = result.continue;
  if (output.format === 'protobuf') return protobufList(result.items, definition, metadata as JsonObject);
  if (output.format === 'json' && !output.pretty) return jsonList(result.items, definition, metadata);
  return [await encodeValue(listValue(result, definition, metadata), output)];
}

function listValue(result: ListResult, definition: ResourceDefinition, metadata: object): object {
  return JSON.parse(Buffer.concat(jsonList(result.items, definition, metadata)).toString('utf8')) as object;
}

async function sendProjection(
  reply: FastifyReply,
  kube: KubeRequest,
  definition: ResourceDefinition,
  result: ObjectResult | ListResult,
  output: Output,
  options: ServerOptions,
  encoding: string | undefined,
): Promise<void> {
  const value =
    result.kind === 'list' ? projectList(definition, result, output, kube, options) : projectOne(definition, result, output, kube, options);
  const status = result.kind === 'list' ? 200 : result.status;
  await sendValue(reply, status, value, output, encoding);
}

function projectList(
  definition: ResourceDefinition,
  result: ListResult,
  output: Output,
  kube: KubeRequest,
  options: ServerOptions,
): object {
  const metadata = listMetadata(result) as JsonObject;
  const objects = result.items.map((item) => item.value);
  if (output.as === 'Table') return table(definition, objects, metadata, output, kube, options, false);
  return partialObjectMetadataList(
    objects.map((object) => versioned(object, definition)) as unknown as JsonObject[],
    metadata,
    output.version,
  );
}

function projectOne(
  definition: ResourceDefinition,
  result: ObjectResult,
  output: Output,
  kube: KubeRequest,
  options: ServerOptions,
): object {
  const own = result.gvk.kind === definition.kind;
  const { object } = result;
  if (output.as === 'Table') {
    const { resourceVersion } = object.metadata;
    const scale = own ? undefined : definition.custom === true ? crdScalePrinter : scalePrinter;
    return table(definition, [object], resourceVersion === undefined ? {} : { resourceVersion }, output, kube, options, false, scale);
  }
  return partialObjectMetadata((own ? versioned(object, definition) : object) as unknown as JsonObject, output.version);
}

/** A Table of objects of the stored version; `noHeaders` after the first event of a watch. */
export function table(
  definition: ResourceDefinition,
  objects: readonly KubeObject[],
  metadata: JsonObject,
  output: Output,
  kube: KubeRequest,
  options: ServerOptions,
  noHeaders: boolean,
  other?: TablePrinter,
): object {
  const printer = other ?? definition.printer?.() ?? printerFor(definition.group, definition.resource);
  return tableOf({
    printer,
    objects: objects as unknown as JsonObject[],
    listMeta: metadata,
    includeObject: includeObject(kube),
    noHeaders,
    version: output.version,
    now: options.clock.now(),
    ...(other === undefined
      ? { present: (object: JsonObject) => versioned(object as unknown as KubeObject, definition) as unknown as JsonObject }
      : {}),
  });
}

function includeObject(kube: KubeRequest): 'None' | 'Metadata' | 'Object' {
  const given = kube.query.get('includeObject')?.[0] ?? '';
  if (given === '') return 'Metadata';
  if (given === 'None' || given === 'Object' || given === 'Metadata') return given;
  throw badRequest(
    `Unable to convert to Table as requested: includeObject: Invalid value: ${JSON.stringify(given)}: must be 'Metadata', 'Object', 'None', or empty`,
  );
}
