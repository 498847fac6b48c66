import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Credential } from '../auth/certificates.js';
import type { AdmissionRequest, AdmissionResponse } from '../schema/generated/admission-v1.js';
import type { ConversionRequest, ConversionResponse } from '../schema/generated/apiextensions-v1.js';

/** One operation of a JSON patch (RFC 6902). */
export interface JsonPatchStep {
  readonly op: 'add' | 'remove' | 'replace' | 'move' | 'copy' | 'test';
  readonly path: string;
  readonly from?: string;
  readonly value?: unknown;
}

/** An answer about admission; a patch may be given as its operations. */
export type AdmissionAnswer = Omit<AdmissionResponse, 'uid' | 'patch' | 'patchType' | 'status'> & {
  readonly patch?: string | readonly JsonPatchStep[];
  readonly status?: { readonly message?: string; readonly reason?: string; readonly code?: number };
};

/** An answer of a conversion; success unless it says otherwise. */
export type ConversionAnswer = Omit<ConversionResponse, 'uid' | 'result' | 'convertedObjects'> & {
  readonly convertedObjects?: readonly unknown[];
  readonly result?: { readonly status: string; readonly message?: string };
};

/** Answers the requests of AdmissionReviews and ConversionReviews; what it throws becomes a 500. */
export type WebhookHandler<Request = AdmissionRequest & ConversionRequest> = (
  request: Request,
) => AdmissionAnswer | ConversionAnswer | Promise<AdmissionAnswer | ConversionAnswer>;

/** A webhook that is served in this process. */
export interface ServedWebhook extends AsyncDisposable {
  /** What a webhook configuration or a CustomResourceDefinition's conversion needs to reach it. */
  readonly clientConfig: { readonly url: string; readonly caBundle: string };
  /** `https://127.0.0.1:PORT` */
  readonly url: string;
  close(): Promise<void>;
}

/** The largest review that is read. Bytes. */
const MAX_REVIEW = 64 * 1024 * 1024;

/**
 * Serves a handler over HTTPS on loopback.
 * @param caPem the authority that signed the credential, which must be for 127.0.0.1
 */
export async function serveWebhook(handler: WebhookHandler, credential: Credential, caPem: string): Promise<ServedWebhook> {
  const server = createServer({ key: credential.privateKeyPem, cert: credential.certificatePem }, (request, response) => {
    answer(handler, request, response).catch((error: unknown) => {
      response.writeHead(500, { 'content-type': 'text/plain' }).end(error instanceof Error ? error.message : String(error));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const url = `https://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const close = (): Promise<void> => closed(server);
  return { url, clientConfig: { url, caBundle: Buffer.from(caPem).toString('base64') }, close, [Symbol.asyncDispose]: close };
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
}

interface Review {
  readonly apiVersion: string;
  readonly kind: string;
  readonly request: AdmissionRequest & ConversionRequest;
}

async function answer(handler: WebhookHandler, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { apiVersion, kind, request: question } = JSON.parse((await bodyOf(request)).toString('utf8')) as Review;
  const given = await handler(question);
  const body = kind === 'ConversionReview' ? conversion(given as ConversionAnswer) : admission(given as AdmissionAnswer);
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ apiVersion, kind, response: { uid: question.uid, ...body } }));
}

function admission({ patch, ...rest }: AdmissionAnswer): object {
  if (patch === undefined) return rest;
  const encoded = typeof patch === 'string' ? patch : Buffer.from(JSON.stringify(patch)).toString('base64');
  return { ...rest, patch: encoded, patchType: 'JSONPatch' };
}

function conversion({ result = { status: 'Success' }, ...rest }: ConversionAnswer): object {
  return { ...rest, result };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > MAX_REVIEW) throw new Error('the review is too large');
    parts.push(part);
  }
  return Buffer.concat(parts, size);
}
