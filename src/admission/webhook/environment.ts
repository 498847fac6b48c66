import type { GroupResource } from '../../apimachinery/group-version.js';
import type { JsonObject } from '../../schema/type.js';
import type { Random } from '../../apimachinery/random.js';
import type { ResourceDefinition } from '../../registry/resource.js';
import type { AdmissionRequest } from '../../schema/generated/admission-v1.js';
import type { MatchCondition } from '../../schema/generated/admissionregistration-v1.js';
import type { UserInfo } from '../../apimachinery/user-info.js';
import type { HttpsClient } from '../../webhook/https-client.js';

export type WebhookType = 'admit' | 'validating';

/** What the CEL expressions of match conditions may look at. */
export interface MatchInput {
  readonly request: AdmissionRequest;
  /** In the version that the webhook is told of; null where there is none. */
  readonly object: JsonObject | null;
  readonly oldObject: JsonObject | null;
  readonly user: UserInfo;
}

/** What became of one condition, or of all of them where `name` is empty (the cost limit). */
export interface ConditionOutcome {
  readonly name: string;
  readonly value: boolean | undefined;
  /** Why there is no value. */
  readonly error?: string | undefined;
}

/** Evaluates the compiled match conditions of one webhook, in their order. */
export type MatchConditions = (input: MatchInput) => readonly ConditionOutcome[];

/** What happened around webhooks, for metrics (Go: admission/metrics). */
export interface WebhookObserver {
  /** @param seconds how long the call took */
  called(hook: string, type: WebhookType, operation: string, code: number, rejected: boolean, seconds: number): void;
  rejected(hook: string, type: WebhookType, operation: string, why: RejectionCause, code: number): void;
  failedOpen(hook: string, type: WebhookType): void;
  /** A match condition kept a webhook from being called. */
  excluded(hook: string, type: WebhookType, operation: string): void;
}

export type RejectionCause = 'calling_webhook_error' | 'apiserver_internal_error' | 'no_error';

/** What calling admission webhooks takes. */
export interface WebhookEnvironment {
  readonly client: HttpsClient;
  readonly random: Random;
  /** All served versions of a resource. */
  versionsOf(resource: GroupResource): readonly ResourceDefinition[];
  /** Changes whenever resources come or go. */
  catalogVersion(): number;
  /** Seconds, monotonic, for durations. */
  seconds(): number;
  readonly observer?: WebhookObserver | undefined;
  /** Absent as long as nothing evaluates CEL: every condition then holds. */
  readonly compileMatchConditions?: ((conditions: readonly MatchCondition[]) => MatchConditions) | undefined;
}
