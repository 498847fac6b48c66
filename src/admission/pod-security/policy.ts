import { invalid, type FieldError } from '../../apimachinery/field-error.js';
import { FieldPath } from '../../apimachinery/field-path.js';

/** Pod Security Standards, from loose to strict. */
export const LEVELS = ['privileged', 'baseline', 'restricted'] as const;
export type Level = (typeof LEVELS)[number];

/** The minor version of a policy (`v1.30` is 30), or what the server knows last. */
export type PolicyVersion = number | 'latest';

/** A level as of some version. */
export interface Policy {
  readonly level: Level;
  readonly version: PolicyVersion;
}

/** What a namespace's labels ask for. */
export interface NamespacePolicy {
  readonly enforce: Policy;
  readonly audit: Policy;
  readonly warn: Policy;
}

export const PREFIX = 'pod-security.kubernetes.io/';
const LABELS = FieldPath.of('metadata', 'labels');
const DEFAULT: Policy = { level: 'privileged', version: 'latest' };
const NO_POLICY: NamespacePolicy = { enforce: DEFAULT, audit: DEFAULT, warn: DEFAULT };
/** What Go's int holds. */
const VERSION = /^v1\.(0|[1-9][0-9]{0,17})$/;

/** `restricted:v1.30`, as texts name a policy. */
export function policyName({ level, version }: Policy): string {
  return `${level}:${version === 'latest' ? version : `v1.${String(version)}`}`;
}

export function isSamePolicy(a: Policy, b: Policy): boolean {
  return a.level === b.level && a.version === b.version;
}

export function isFullyPrivileged({ enforce, audit, warn }: NamespacePolicy): boolean {
  return enforce.level === 'privileged' && audit.level === 'privileged' && warn.level === 'privileged';
}

/** Below 0 if `a` is the looser one. */
export function compareLevels(a: Level, b: Level): number {
  return LEVELS.indexOf(a) - LEVELS.indexOf(b);
}

/**
 * The policy of a namespace, and what is wrong with its labels (Go:
 * pod-security-admission/api.PolicyToEvaluate). What can't be understood is
 * enforced at its strictest, but neither warned of nor audited.
 */
export function policyOf(labels: Readonly<Record<string, string>> | undefined): {
  readonly policy: NamespacePolicy;
  readonly errors: readonly FieldError[];
} {
  if (labels === undefined || !Object.keys(labels).some((key) => key.startsWith(PREFIX))) return { policy: NO_POLICY, errors: [] };
  const errors: FieldError[] = [];
  const levelOf = (mode: string): Level | undefined => {
    const text = labels[PREFIX + mode];
    if (text === undefined || (LEVELS as readonly string[]).includes(text)) return text as Level | undefined;
    errors.push(invalid(LABELS.key(PREFIX + mode), text, `must be one of ${LEVELS.join(', ')}`));
    return undefined;
  };
  const versionOf = (mode: string): PolicyVersion => {
    const key = `${PREFIX}${mode}-version`;
    const text = labels[key];
    if (text === undefined || text === 'latest') return 'latest';
    const minor = VERSION.exec(text)?.[1];
    if (minor !== undefined) return Number(minor);
    errors.push(invalid(LABELS.key(key), text, 'must be "latest" or "v1.x"'));
    return 'latest';
  };

  const enforced = levelOf('enforce');
  const enforce: Policy = {
    level: enforced ?? (labels[`${PREFIX}enforce`] === undefined ? 'privileged' : 'restricted'),
    version: versionOf('enforce'),
  };
  const audit: Policy = { level: levelOf('audit') ?? 'privileged', version: versionOf('audit') };
  let warn: Policy = { level: levelOf('warn') ?? 'privileged', version: versionOf('warn') };
  // Who enforces without a word about warnings is warned by the same measure.
  if (labels[`${PREFIX}warn`] === undefined && enforced !== undefined && compareLevels(enforced, warn.level) > 0) {
    warn = { level: enforced, version: labels[`${PREFIX}warn-version`] === undefined ? enforce.version : warn.version };
  }
  return { policy: { enforce, audit, warn }, errors };
}
