import { connect, type ClientHttp2Session, type OutgoingHttpHeaders } from 'node:http2';
import type { GroupVersionKind } from '../../../src/apimachinery/group-version.js';
import { decodeObject } from '../../../src/schema/decode.js';
import { decodeProtobuf, encodeProtobuf, unwrapUnknown, wrapUnknown } from '../../../src/schema/protobuf.js';
import type { ResourceFacts } from '../../../src/schema/registry.js';
import type { JsonObject, StructType } from '../../../src/schema/type.js';
import { typeRegistry } from '../../../src/schema/types.js';

export const JSON_TYPE = 'application/json';
export const PROTOBUF = 'application/vnd.kubernetes.protobuf';

export type MediaType = typeof JSON_TYPE | typeof PROTOBUF;

export interface Answer {
  readonly code: number;
  /** The object; of a refusal its Status. */
  readonly object: JsonObject;
}

/** A server, and who asks it. */
export class Server {
  #session: ClientHttp2Session | undefined;

  /** Without a certificate authority any certificate will do. */
  constructor(
    private readonly url: string,
    private readonly token: string,
    private readonly ca?: string,
  ) {}

  ask(headers: OutgoingHttpHeaders, body?: Buffer): Promise<{ code: number; bytes: Buffer }> {
    return new Promise((resolve, reject) => {
      const stream = this.#connected().request({ ...headers, authorization: `Bearer ${this.token}` });
      const chunks: Buffer[] = [];
      let code = 0;
      stream.on('response', ({ ':status': status }) => (code = status ?? 0));
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => resolve({ code, bytes: Buffer.concat(chunks) }));
      stream.on('error', reject);
      stream.end(body);
    });
  }

  /** Servers end a connection now and then. */
  #connected(): ClientHttp2Session {
    if (this.#session === undefined || this.#session.closed || this.#session.destroyed)
      this.#session = connect(this.url, this.ca === undefined ? { rejectUnauthorized: false } : { ca: this.ca });
    return this.#session;
  }

  close(): void {
    this.#session?.destroy();
  }
}

const STATUS = { kind: 'Status', type: typeOf({ group: '', version: 'v1', kind: 'Status' }) };

function typeOf(kind: GroupVersionKind): StructType {
  const type = typeRegistry().typeOf(kind);
  if (type === undefined) throw new Error(`no ${kind.kind}`);
  return type;
}

/** One resource of a server over HTTP, in a namespace if it has namespaces; bodies and answers are JSON or protobuf. */
export class ServedResource {
  readonly type: StructType;
  readonly apiVersion: string;
  readonly #path: string;

  constructor(
    readonly facts: ResourceFacts,
    namespace: string,
  ) {
    const { group, version, namespaced, resource } = facts;
    this.type = typeOf(facts);
    this.apiVersion = group === '' ? version : `${group}/${version}`;
    this.#path = `/${group === '' ? 'api' : 'apis'}/${this.apiVersion}/${namespaced ? `namespaces/${namespace}/` : ''}${resource}`;
  }

  /** Only made and answered, never stored: a review. */
  get isReview(): boolean {
    return !this.facts.verbs.includes('get');
  }

  has(subresource: string): boolean {
    return this.facts.subresources.some(({ name }) => name === subresource);
  }

  /** Sends a request; `path` is what follows the resource's own: `/name/status`, `?dryRun=All`. A PATCH is a merge patch. */
  async ask(server: Server, method: string, path: string, as: MediaType = JSON_TYPE, body?: JsonObject): Promise<Answer> {
    const patch = method === 'PATCH';
    const sent = body === undefined ? undefined : as === PROTOBUF && !patch ? this.#encode(body) : Buffer.from(JSON.stringify(body));
    const type = sent === undefined ? {} : { 'content-type': patch ? 'application/merge-patch+json' : as };
    const { code, bytes } = await server.ask({ ':method': method, ':path': `${this.#path}${path}`, accept: as, ...type }, sent);
    return { code, object: as === PROTOBUF ? this.#decode(bytes) : (JSON.parse(bytes.toString()) as JsonObject) };
  }

  /** What is left of an object in protobuf, where objects within others don't tell their kind. */
  throughProtobuf(object: JsonObject): JsonObject {
    return this.#decode(this.#encode(object));
  }

  #encode(object: JsonObject): Buffer {
    const raw = encodeProtobuf(this.type, decodeObject(this.type, object).object);
    return wrapUnknown({ apiVersion: this.apiVersion, kind: this.facts.kind, raw });
  }

  #decode(bytes: Buffer): JsonObject {
    const { apiVersion, kind, raw } = unwrapUnknown(bytes);
    return { kind, apiVersion, ...decodeProtobuf(kind === STATUS.kind ? STATUS.type : this.type, raw) };
  }
}
