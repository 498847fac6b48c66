import type { Random } from '../../apimachinery/random.js';
import type { HttpsClient } from '../../webhook/https-client.js';
import type { ServedVersions } from '../matching/equivalents.js';

export type WebhookType = 'admit' | 'validating';

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
export interface WebhookEnvironment extends ServedVersions {
  readonly client: HttpsClient;
  readonly random: Random;
  /** Seconds, monotonic, for durations. */
  seconds(): number;
  readonly observer?: WebhookObserver | undefined;
}
