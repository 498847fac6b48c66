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
  /** The one that the answer's Audit-ID header tells; a new one if absent. */
  readonly auditId?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly received: number;
}

/** How a request ended, as far as it is known. */
interface AuditedResponse {
  code?: number;
  /** The body, if it is a metav1.Status. */
  status?: Readonly<Record<string, unknown>>;
  /** The body; only kept at level RequestResponse. */
  object?: unknown;
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
    const record = this.record(request);
    record?.tell('RequestReceived');
    return record;
  }

  /** Tells of a request whose credentials were refused: one event, without a user. */
  refused(request: AuditedRequest, status: Readonly<Record<string, unknown>>): void {
    const record = this.record(request);
    record?.answered(status);
    record?.started(401);
  }

  private record(request: AuditedRequest): AuditRecord | undefined {
    const decision = this.options.policy.decide(request.attributes);
    if (decision.level === 'None') return undefined;
    return new AuditRecord(request, request.auditId ?? this.options.newId(), decision, this.options);
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
  private begun = false;
  private over = false;
  private requestObject: unknown;
  private response: AuditedResponse = {};

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

  /** The body, just decoded and defaulted; completes the reference to the object. */
  received(object: unknown): void {
    const metadata = metadataOf(object);
    if (this.objectRef !== undefined && metadata !== undefined) {
      for (const key of ['namespace', 'name', 'uid', 'resourceVersion'])
        if (this.objectRef[key] === '') this.objectRef[key] = metadata[key] ?? '';
    }
    // The object goes on to be changed, so what is kept is a copy.
    if (this.wants('Request')) this.requestObject = structuredClone(this.shown(object));
  }

  /** The body of a PATCH. The real server loses the event of a patch in YAML; ours lacks the body. */
  receivedPatch(bytes: Uint8Array): void {
    if (!this.wants('Request')) return;
    try {
      this.requestObject = JSON.parse(Buffer.from(bytes).toString('utf8')) as unknown;
    } catch {
      this.requestObject = undefined;
    }
  }

  /** The body of the answer, before it is sent. */
  answered(body: unknown): void {
    if (isRecord(body) && body['kind'] === 'Status') this.response.status = body;
    if (this.wants('RequestResponse')) this.response.object = this.shown(body);
  }

  /** The head of a long running answer (watch, exec, log) was sent. */
  started(code: number): void {
    this.begun = true;
    this.response.code = code;
    this.tell('ResponseStarted');
  }

  /** The answer is over; what comes after it isn't told. */
  completed(code: number): void {
    if (this.over) return;
    if (!this.begun && isLongRunning(this.request.attributes)) this.started(code);
    this.response.code = code;
    this.tell('ResponseComplete');
    this.over = true;
  }

  /** The server failed while it handled the request. */
  panicked(message: string): void {
    const status = { status: 'Failure', message: `APIServer panic'd: ${message}`, reason: 'InternalError' };
    this.response = { code: 500, status };
    this.tell('Panic');
    this.over = true;
  }

  private shown(object: unknown): unknown {
    return kindFirst(this.decision.omitManagedFields ? withoutManagedFields(object) : object);
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
    if (this.response.code !== undefined) event['responseStatus'] = responseStatus(this.response);
    if (this.requestObject !== undefined) event['requestObject'] = this.requestObject;
    if (this.response.object !== undefined) event['responseObject'] = this.response.object;
    event['requestReceivedTimestamp'] = formatMicroTime(request.received);
    event['stageTimestamp'] = formatMicroTime(stage === 'RequestReceived' ? request.received : this.options.now());
    if (this.annotations.size > 0) event['annotations'] = Object.fromEntries([...this.annotations].sort(([a], [b]) => (a < b ? -1 : 1)));
    this.options.sink.write(event);
  }
}

const LONG_RUNNING: ReadonlySet<string> = new Set(['attach', 'exec', 'proxy', 'log', 'portforward']);

/** Requests whose answers have a ResponseStarted of their own. */
function isLongRunning({ isResourceRequest, verb, subresource }: Attributes): boolean {
  return isResourceRequest && (verb === 'watch' || verb === 'proxy' || LONG_RUNNING.has(subresource));
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

/** As Go writes objects: what they are comes first. */
function kindFirst(object: unknown): unknown {
  if (!isRecord(object) || !('kind' in object)) return object;
  const { kind, apiVersion, ...rest } = object;
  return { kind, apiVersion, ...rest };
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
