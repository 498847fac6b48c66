import type { FastifyRequest } from 'fastify';
import { isIP } from 'node:net';
import { statusBody, StatusError } from '../apimachinery/status.js';
import type { UserInfo } from '../apimachinery/user-info.js';
import { attributesOf } from '../auth/access-control.js';
import type { AuditedRequest, Auditor } from '../auth/audit/event.js';
import { userInfo } from '../auth/identities.js';

/** What authentication notes for the audit trail, before there is a record to note it in. */
export type AuditNotes = readonly (readonly [key: string, value: string])[];

/** Begins the record of a request whose sender is known. */
export function beginAudit(request: FastifyRequest, auditor: Auditor, notes: AuditNotes): void {
  const { kube } = request;
  kube.audit = auditor.begin(auditedRequest(request, kube.user));
  for (const [key, value] of notes) kube.audit?.annotate(key, value);
}

/** Tells of a request whose credentials were refused. */
export function auditRefusal(request: FastifyRequest, auditor: Auditor, error: unknown): void {
  if (error instanceof StatusError) auditor.refused(auditedRequest(request, NOBODY), statusBody(error.status));
}

const NOBODY = userInfo({ name: '' });

function auditedRequest(request: FastifyRequest, user: UserInfo): AuditedRequest {
  const { kube } = request;
  return {
    attributes: attributesOf(user, kube.info),
    uri: request.url,
    userAgent: kube.userAgent,
    sourceIPs: sourceIPs(request),
    auditId: kube.auditId,
    received: kube.received,
  };
}

/** Who sent a request, as far as it can be told: proxies' word first, the connection last (Go: util/net.SourceIPs). */
function sourceIPs({ headers, raw }: FastifyRequest): string[] {
  const forwarded = textOf(headers['x-forwarded-for'])
    .split(',')
    .map((part) => part.trim());
  const found = forwarded.filter((part) => isIP(part) !== 0);
  const real = textOf(headers['x-real-ip']);
  if (isIP(real) !== 0 && !found.includes(real)) found.push(real);
  const remote = (raw.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  if (remote !== '' && found.at(-1) !== remote) found.push(remote);
  return found;
}

function textOf(header: string | string[] | undefined): string {
  return typeof header === 'string' ? header : (header?.[0] ?? '');
}
