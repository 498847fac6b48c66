import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { parseAccept, type AcceptClause } from '../../apimachinery/content-type.js';
import { OpenApiDocuments, type Document } from '../../discovery/openapi-documents.js';
import type { CustomOpenApi } from '../../discovery/openapi-custom.js';
import type { Catalog } from '../../registry/catalog.js';
import { typeRegistry } from '../../schema/types.js';
import { OBJECT_METHODS } from '../methods.js';
import type { RemoteOpenApi, ServerOptions } from '../options.js';
import { sendBytes } from '../respond.js';
import { passOn } from './aggregated.js';

/** /openapi/v2 and /openapi/v3 with hashed URLs (KEP-2896). Documents are made when they are first asked for. */
export function openapiRoutes(app: FastifyInstance, options: ServerOptions): void {
  const custom = customDocuments(options.catalog);
  let made: OpenApiDocuments | undefined;
  const documents = (): OpenApiDocuments => (made ??= new OpenApiDocuments(typeRegistry(), custom));

  const merged = new MergedV2(options, documents);

  app.route({
    method: [...OBJECT_METHODS],
    url: '/openapi/v2',
    handler: async (request, reply) => sendDocument(request, reply, await merged.document(), V2_FORMS),
  });
  app.route({
    method: [...OBJECT_METHODS],
    url: '/openapi/v3',
    handler: (request, reply) => {
      const index = documents().v3Index(hashesOf(options.remote.openApi()));
      return sendBytes(reply, 200, 'text/plain; charset=utf-8', index, encoding(request));
    },
  });
  const serveV3 = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const name = request.kube.info.path.slice('/openapi/v3/'.length);
    if (options.remote.openApi().get(name)?.hash !== undefined) {
      const [, group = '', version = ''] = name.split('/');
      await passOn(request, reply, options, group, version);
      return;
    }
    const document = documents().v3(name);
    if (document === undefined) {
      reply.raw.setHeader('content-length', '0');
      await reply.code(404).send();
      return;
    }
    const asked = request.kube.query.get('hash')?.[0];
    if (asked !== undefined && asked !== document.hash) {
      await reply.code(301).header('location', `/openapi/v3/${name}?hash=${document.hash}`).send();
      return;
    }
    if (asked !== undefined) {
      reply.header('cache-control', 'public, immutable');
      reply.header('expires', new Date(options.clock.now() + YEAR).toUTCString());
    }
    await sendDocument(request, reply, document, V3_FORMS);
  };
  app.route({ method: [...OBJECT_METHODS], url: '/openapi/v3/*', handler: serveV3 });
}

function hashesOf(remote: ReadonlyMap<string, RemoteOpenApi>): ReadonlyMap<string, string> {
  return new Map([...remote].flatMap(([name, { hash }]) => (hash === undefined ? [] : [[name, hash] as const])));
}

/** The v2 document with what aggregated servers have; made anew only when one of the parts has changed. */
class MergedV2 {
  private made: { readonly own: Document; readonly others: readonly object[]; readonly document: Document } | undefined;

  constructor(
    private readonly options: ServerOptions,
    private readonly documents: () => OpenApiDocuments,
  ) {}

  async document(): Promise<Document> {
    const own = this.documents().v2();
    const remote = [...this.options.remote.openApi().values()];
    if (remote.length === 0) return own;
    const others = (await Promise.all(remote.map((server) => server.v2()))).flatMap((document) => document ?? []);
    if (others.length === 0) return own;
    const { made } = this;
    if (made?.own === own && made.others.length === others.length && made.others.every((other, i) => other === others[i]))
      return made.document;
    const document = this.documents().v2With(others);
    this.made = { own, others, document };
    return document;
  }
}

/** Milliseconds. */
const YEAR = 365 * 24 * 60 * 60 * 1000;

function encoding(request: FastifyRequest): string | undefined {
  const value = request.headers['accept-encoding'];
  return typeof value === 'string' ? value : undefined;
}

async function sendDocument(
  request: FastifyRequest,
  reply: FastifyReply,
  document: Document,
  forms: readonly OpenApiForm[],
): Promise<void> {
  reply.header('vary', 'Accept');
  const clauses = parseAccept(request.kube.accept === undefined || request.kube.accept === '' ? '*/*' : request.kube.accept);
  const form = preferred(clauses, forms);
  if (form === undefined) {
    reply.raw.setHeader('content-length', '0');
    // An Accept that can't be read at all is only refused for v2.
    await reply.code(clauses.length === 0 && forms === V3_FORMS ? 200 : 406).send();
    return;
  }
  const etag = `"${document.hash}"`;
  reply.header('etag', etag);
  if (request.headers['if-none-match'] === etag) {
    await reply.code(304).send();
    return;
  }
  const { subtype, answered } = form;
  await sendBytes(reply, 200, `application/${answered}`, subtype === 'json' ? document.json : document.protobuf, encoding(request));
}

/** A form of a document: how it is asked for, and how the answer calls it. */
interface OpenApiForm {
  readonly subtype: string;
  readonly answered: string;
}

/** kubectl asks with `v2@v1.0`, which isn't a media type by the book, and expects the form with dots back. */
function formsOf(version: 'v2' | 'v3'): readonly OpenApiForm[] {
  const protobuf = `com.github.proto-openapi.spec.${version}.v1.0+protobuf`;
  return [
    { subtype: 'json', answered: 'json' },
    { subtype: protobuf, answered: protobuf },
    { subtype: `com.github.proto-openapi.spec.${version}@v1.0+protobuf`, answered: protobuf },
  ];
}

const V2_FORMS = formsOf('v2');
const V3_FORMS = formsOf('v3');

/** The form that Accept prefers; undefined if it names none of them (Go: kube-openapi's handler and handler3). */
function preferred(clauses: readonly AcceptClause[], forms: readonly OpenApiForm[]): OpenApiForm | undefined {
  for (const { type, subtype } of clauses) {
    if (type !== 'application' && type !== '*') continue;
    const form = forms.find((offered) => subtype === '*' || subtype === offered.subtype);
    if (form !== undefined) return form;
  }
  return undefined;
}

/** The custom resources in the catalog; the same array until something changes. */
function customDocuments(catalog: Catalog): () => readonly CustomOpenApi[] {
  let version = -1;
  let list: CustomOpenApi[] = [];
  return () => {
    if (version !== catalog.version) {
      version = catalog.version;
      list = [...catalog.all()].flatMap((definition) => (definition.openApi === undefined ? [] : [definition.openApi]));
    }
    return list;
  };
}
