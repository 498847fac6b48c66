import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { OpenApiDocuments, type Document } from '../../discovery/openapi-documents.js';
import type { CustomOpenApi } from '../../discovery/openapi-custom.js';
import type { Catalog } from '../../registry/catalog.js';
import { typeRegistry } from '../../schema/types.js';
import type { ServerOptions } from '../options.js';
import { sendBytes } from '../respond.js';

const V2_PROTOBUF = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';
const V3_PROTOBUF = 'application/com.github.proto-openapi.spec.v3.v1.0+protobuf';

/** /openapi/v2 and /openapi/v3 with hashed URLs (KEP-2896). Documents are made when they are first asked for. */
export function openapiRoutes(app: FastifyInstance, options: ServerOptions): void {
  const custom = customDocuments(options.catalog);
  let made: OpenApiDocuments | undefined;
  const documents = (): OpenApiDocuments => (made ??= new OpenApiDocuments(typeRegistry(), custom));

  app.get('/openapi/v2', (request, reply) => sendDocument(request, reply, documents().v2(), V2_PROTOBUF));
  app.get('/openapi/v3', (request, reply) => sendBytes(reply, 200, 'text/plain; charset=utf-8', documents().v3Index(), encoding(request)));
  app.get('/openapi/v3/*', async (request, reply) => {
    const name = request.kube.info.path.slice('/openapi/v3/'.length);
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
    await sendDocument(request, reply, document, V3_PROTOBUF);
  });
}

/** Milliseconds. */
const YEAR = 365 * 24 * 60 * 60 * 1000;

function encoding(request: FastifyRequest): string | undefined {
  const value = request.headers['accept-encoding'];
  return typeof value === 'string' ? value : undefined;
}

async function sendDocument(request: FastifyRequest, reply: FastifyReply, document: Document, protobuf: string): Promise<void> {
  const etag = `"${document.hash}"`;
  reply.header('etag', etag);
  reply.header('vary', 'Accept');
  if (request.headers['if-none-match'] === etag) {
    await reply.code(304).send();
    return;
  }
  // kubectl asks with `v2@v1.0`, which isn't a media type by the book, and expects the form with dots back.
  const wantsProtobuf = /proto-openapi\.spec\.v[23][.@]v1\.0\+protobuf/.test(request.kube.accept ?? '');
  await sendBytes(
    reply,
    200,
    wantsProtobuf ? protobuf : 'application/json',
    wantsProtobuf ? document.protobuf : document.json,
    encoding(request),
  );
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
