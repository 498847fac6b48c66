import { formatMicroTime } from '../../apimachinery/time.js';
import type { UserInfo } from '../../apimachinery/user-info.js';
import type { Attributes } from '../authorization/attributes.js';
import { userInfoJson } from '../identities.js';
import type { AuditDecision, AuditLevel, AuditPolicyEvaluator, AuditStage } from './policy.js';

/** Takes events as they happen; must not throw. */
export interface AuditSink {
  write(event: Readonly<Record<string, unknown>>): void;
}

/** A request when its user is known, before impersonation. */
export interface AuditedRequest {
  readonly attributes: Attributes;
  /** Path and query as sent. */
  readonly uri: string;
  readonly userAgent: string;
  readonly sourceIPs: readonly string[];
  /** The Audit-ID header, if there was one. */
  readonly auditId?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly received: number;
}

/** How a request ended. */
export interface AuditedResponse {
  readonly code: number;
  /** The body, if it is a metav1.Status. */
  readonly status?: Readonly<Record<string, unknown>> | undefined;
  /** The body; only told at level RequestResponse. */
  readonly object?: unknown;
}

export interface AuditorOptions {
  readonly policy: AuditPolicyEvaluator;
  readonly sink: AuditSink;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** A UUID. */
  readonly newId: () => string;
}

const LEVEL_ORDER: Readonly<Record<AuditLevel, number>> = { None: 0, Metadata: 1, Request: 2, RequestResponse: 3 };
const MAX_USER_AGENT = 1024;

/** Tells who did what (Go: apiserver/pkg/audit, audit.k8s.io/v1 Event). */
export class Auditor {
  constructor(private readonly options: AuditorOptions) {}

  /** Starts a record and tells of its receipt; undefined if the policy wants nothing of this request. */
  begin(request: AuditedRequest): AuditRecord | undefined {
    const decision = this.options.policy.decide(request.attributes);
    if (decision.level === 'None') return undefined;
    const record = new AuditRecord(request, auditIdOf(request.auditId, this.options.newId), decision, this.options);
    record.tell('RequestReceived');
    return record;
  }
}

/** A client's own Audit-ID, as long as it is, or a new one. */
export function auditIdOf(header: string | undefined, newId: () => string): string {
  return header === undefined || header === '' ? newId() : header;
}

/** What is told about one request; its stages share an id. */
export class AuditRecord {
  private readonly annotations = new Map<string, string>();
  private readonly objectRef: Record<string, unknown> | undefined;
  private impersonated: UserInfo | undefined;
  private constraint = '';
  private requestObject: unknown;
  private response: AuditedResponse | undefined;

  constructor(
    private readonly request: AuditedRequest,
    readonly id: string,
    private readonly decision: AuditDecision,
    private readonly options: Pick<AuditorOptions, 'sink' | 'now'>,
  ) {
    const { attributes } = request;
    if (attributes.isResourceRequest) {
      const { resource, namespace, name, group, version, subresource } = attributes;
      this.objectRef = { resource, namespace, name, uid: '', apiGroup: group, apiVersion: version, resourceVersion: '', subresource };
    }
  }

  /** Whether bodies are wanted, so that none is prepared in vain. */
  wants(level: 'Request' | 'RequestResponse'): boolean {
    return LEVEL_ORDER[this.decision.level] >= LEVEL_ORDER[level];
  }

  /** The first value of a key stays. */
  annotate(key: string, value: string): void {
    if (!this.annotations.has(key)) this.annotations.set(key, value);
  }

  /** What the authorizer decided about the request. */
  authorized(allowed: boolean, reason: string): void {
    this.annotate('authorization.k8s.io/decision', allowed ? 'allow' : 'forbid');
    this.annotate('authorization.k8s.io/reason', reason);
  }

  actsAs(user: UserInfo, constraint: string): void {
    this.impersonated = user;
    this.constraint = constraint;
  }

  /** The decoded body, or the patch; completes the reference to the object. */
  received(object: unknown): void {
    const metadata = metadataOf(object);
    if (this.objectRef !== undefined && metadata !== undefined) {
      for (const key of ['namespace', 'name', 'uid', 'resourceVersion'])
        if (this.objectRef[key] === '') this.objectRef[key] = metadata[key] ?? '';
    }
    if (this.wants('Request')) this.requestObject = this.decision.omitManagedFields ? withoutManagedFields(object) : object;
  }

  /** The head of a long running answer (watch, exec, log) was sent. */
  started(code: number): void {
    this.response = { code };
    this.tell('ResponseStarted');
  }

  completed(response: AuditedResponse): void {
    const object = this.wants('RequestResponse') ? response.object : undefined;
    this.response = { ...response, object: this.decision.omitManagedFields ? withoutManagedFields(object) : object };
    this.tell('ResponseComplete');
  }

  /** The server failed while it handled the request. */
  panicked(message: string): void {
    const status = { status: 'Failure', message: `APIServer panic'd: ${message}`, reason: 'InternalError' };
    this.response = { code: 500, status };
    this.tell('Panic');
  }

  /** Writes the event of a stage, unless the policy omits it. */
  tell(stage: AuditStage): void {
    if (this.decision.omitStages.has(stage)) return;
    const { request } = this;
    const event: Record<string, unknown> = {
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      level: this.decision.level,
      auditID: this.id,
      stage,
      requestURI: request.uri,
      verb: request.attributes.verb,
      user: userInfoJson(request.attributes.user),
    };
    if (this.impersonated !== undefined) event['impersonatedUser'] = userInfoJson(this.impersonated);
    if (this.constraint !== '') event['authenticationMetadata'] = { impersonationConstraint: this.constraint };
    if (request.sourceIPs.length > 0) event['sourceIPs'] = [...request.sourceIPs];
    if (request.userAgent !== '') event['userAgent'] = shortened(request.userAgent);
    if (this.objectRef !== undefined)
      event['objectRef'] = Object.fromEntries(Object.entries(this.objectRef).filter(([, value]) => value !== ''));
    if (this.response !== undefined) event['responseStatus'] = responseStatus(this.response);
    if (this.requestObject !== undefined) event['requestObject'] = this.requestObject;
    if (this.response?.object !== undefined) event['responseObject'] = this.response.object;
    event['requestReceivedTimestamp'] = formatMicroTime(request.received);
    event['stageTimestamp'] = formatMicroTime(this.options.now());
    if (this.annotations.size > 0) event['annotations'] = Object.fromEntries([...this.annotations].sort(([a], [b]) => (a < b ? -1 : 1)));
    this.options.sink.write(event);
  }
}

function responseStatus({ code, status }: AuditedResponse): Record<string, unknown> {
  const told: Record<string, unknown> = { metadata: {} };
  for (const key of ['status', 'message', 'reason', 'details']) if (status?.[key] !== undefined) told[key] = status[key];
  told['code'] = code;
  return told;
}

function shortened(userAgent: string): string {
  return userAgent.length > MAX_USER_AGENT ? `${userAgent.slice(0, MAX_USER_AGENT)}...TRUNCATED` : userAgent;
}

function metadataOf(object: unknown): Readonly<Record<string, unknown>> | undefined {
  return isRecord(object) && isRecord(object['metadata']) ? object['metadata'] : undefined;
}

/** The object, or each item of a list, without metadata.managedFields; the original is left alone. */
function withoutManagedFields(object: unknown): unknown {
  if (!isRecord(object)) return object;
  const metadata = metadataOf(object);
  let copy: Record<string, unknown> = object;
  if (metadata !== undefined && 'managedFields' in metadata) {
    const { managedFields, ...rest } = metadata;
    void managedFields;
    copy = { ...copy, metadata: rest };
  }
  const { items } = object;
  return Array.isArray(items) ? { ...copy, items: items.map(withoutManagedFields) } : copy;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
