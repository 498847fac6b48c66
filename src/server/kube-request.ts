import type { UserInfo } from '../apimachinery/user-info.js';
import type { AuditRecord } from '../auth/audit/event.js';
import type { Warnings } from '../registry/request.js';
import type { Output } from './output.js';
import type { RequestInfo } from './request-info.js';

/** What the hooks learn about a request before a route handles it. */
export interface KubeRequest {
  readonly info: RequestInfo;
  readonly query: ReadonlyMap<string, readonly string[]>;
  readonly warnings: Warnings;
  /** The format of errors: what Accept asks for, or JSON. */
  readonly errorOutput: Output;
  readonly accept: string | undefined;
  /** As sent; Fastify sees another one, so that every body reaches us as bytes. */
  readonly contentType: string | undefined;
  readonly userAgent: string;
  /** Set by authentication. */
  user: UserInfo;
  readonly received: number;
  /** Tells the request in the answer's Audit-ID header and in the audit trail. */
  readonly auditId: string;
  /** Where the audit trail hears of it; absent where nothing is written. */
  audit?: AuditRecord | undefined;
}

declare module 'fastify' {
  interface FastifyRequest {
    kube: KubeRequest;
  }
}
