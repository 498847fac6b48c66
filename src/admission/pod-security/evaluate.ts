import { BASELINE_CHECKS } from './baseline-checks.js';
import type { Check, CheckPod, PodToCheck, Violation } from './check.js';
import type { Policy, PolicyVersion } from './policy.js';
import { RESTRICTED_CHECKS } from './restricted-checks.js';

/** The last version in which a rule changed; later ones are the same. */
const LAST = Math.max(...[...BASELINE_CHECKS, ...RESTRICTED_CHECKS].flatMap(({ versions }) => versions.map(({ since }) => since)));

const byPolicy = new Map<string, readonly CheckPod[]>();

/** What of a pod violates a policy, baseline rules first, then by the names of rules (Go: policy.Evaluator). */
export function violationsOf(pod: PodToCheck, { level, version }: Policy): Violation[] {
  if (level === 'privileged') return [];
  const minor = effective(version);
  const key = `${level} ${String(minor)}`;
  let checks = byPolicy.get(key);
  if (checks === undefined) {
    checks = checksFor(level, minor);
    byPolicy.set(key, checks);
  }
  return checks.map((check) => check(pod)).filter((violation) => violation !== undefined);
}

function effective(version: PolicyVersion): number {
  return version === 'latest' ? LAST : Math.min(version, LAST);
}

function checksFor(level: 'baseline' | 'restricted', minor: number): CheckPod[] {
  const restricted = level === 'restricted' ? formsAt(RESTRICTED_CHECKS, minor) : [];
  const needless = new Set(restricted.flatMap(({ overrides = [] }) => overrides));
  const baseline = formsAt(BASELINE_CHECKS, minor).filter(({ id }) => !needless.has(id));
  return [...baseline, ...restricted].map(({ check }) => check);
}

interface Form {
  readonly id: string;
  readonly check: CheckPod;
  readonly overrides?: readonly string[];
}

function formsAt(checks: readonly Check[], minor: number): Form[] {
  return checks
    .flatMap(({ id, versions }) => {
      const form = versions.findLast(({ since }) => since <= minor);
      return form === undefined ? [] : [{ id, ...form }];
    })
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** `host namespaces (hostNetwork=true), privileged (…)`. */
export function detailsText(violations: readonly Violation[]): string {
  return violations.map(({ reason, detail }) => (detail === '' ? reason : `${reason} (${detail})`)).join(', ');
}

/** The same without details, to sum up many pods. */
export function reasonsText(violations: readonly Violation[]): string {
  return violations.map(({ reason }) => reason).join(', ');
}
