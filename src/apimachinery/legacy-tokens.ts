/** What is kept of service accounts' tokens in Secrets: when they were used, and since when they are retired (KEP-2799). */

/** The label of a token's Secret with the day of its last use. */
export const LAST_USED = 'kubernetes.io/legacy-token-last-used';
/** The label of a token's Secret with the day from which on it is not accepted. */
export const INVALID_SINCE = 'kubernetes.io/legacy-token-invalid-since';
/** The ConfigMap that tells since which day uses are noted. */
export const TRACKING = { namespace: 'kube-system', name: 'kube-apiserver-legacy-service-account-token-tracking' } as const;

/** The day, `2026-01-31` in UTC, of a time in milliseconds since the epoch. */
export function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
