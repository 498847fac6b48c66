import { aggregateText } from '../aggregate.js';
import { AUDIT_LEVELS, AUDIT_STAGES, validateAuditPolicy, type AuditPolicy } from './policy.js';

/** What a field of a policy file holds. */
type Shape = 'text' | 'texts' | 'flag' | { readonly each: Fields };
type Fields = Readonly<Record<string, Shape>>;

const RESOURCES: Fields = { group: 'text', resources: 'texts', resourceNames: 'texts' };
const RULE: Fields = {
  level: 'text',
  users: 'texts',
  userGroups: 'texts',
  verbs: 'texts',
  resources: { each: RESOURCES },
  namespaces: 'texts',
  nonResourceURLs: 'texts',
  omitStages: 'texts',
  omitManagedFields: 'flag',
};
const POLICY: Fields = {
  apiVersion: 'text',
  kind: 'text',
  rules: { each: RULE },
  omitStages: 'texts',
  omitManagedFields: 'flag',
};

/**
 * Reads `--audit-policy-file`: an audit.k8s.io/v1 Policy in YAML or JSON (Go:
 * apiserver/pkg/audit/policy). Throws an Error that says what is wrong with it.
 * Unlike the real server, it takes no field that it doesn't know: one that is
 * misspelt would log more than was meant.
 */
export async function parseAuditPolicy(text: string): Promise<AuditPolicy> {
  const { parseYaml } = await import('../../schema/yaml.js');
  const { metadata, ...value } = record(parseYaml(text).value, 'the policy');
  void metadata;
  const { apiVersion, kind } = value;
  if (apiVersion !== 'audit.k8s.io/v1' || kind !== 'Policy')
    throw new Error(`it must say apiVersion: audit.k8s.io/v1 and kind: Policy, not ${String(apiVersion)} and ${String(kind)}`);
  checkFields(value, POLICY, '');
  if (!Array.isArray(value['rules']) || value['rules'].length === 0)
    throw new Error(`it has no rules; levels are ${AUDIT_LEVELS.join(', ')}, stages ${AUDIT_STAGES.join(', ')}`);
  const policy = value as unknown as AuditPolicy;
  const faults = validateAuditPolicy(policy);
  if (faults.length > 0) throw new Error(aggregateText(faults.map(String)));
  return policy;
}

function checkFields(value: Readonly<Record<string, unknown>>, fields: Fields, at: string): void {
  for (const [key, held] of Object.entries(value)) {
    const path = at === '' ? key : `${at}.${key}`;
    const shape = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (shape === undefined) throw new Error(`unknown field ${path}`);
    if (held !== null) checkShape(held, shape, path);
  }
}

function checkShape(value: unknown, shape: Shape, path: string): void {
  if (shape === 'text' || shape === 'flag') {
    if (typeof value !== (shape === 'text' ? 'string' : 'boolean'))
      throw new Error(`${path} must be ${shape === 'text' ? 'a text' : 'true or false'}`);
    return;
  }
  if (!Array.isArray(value)) throw new Error(`${path} must be a list`);
  value.forEach((item: unknown, i) => {
    const here = `${path}[${String(i)}]`;
    if (shape === 'texts') checkShape(item, 'text', here);
    else checkFields(record(item, here), shape.each, here);
  });
}

function record(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`${what} must be a mapping`);
  return value as Readonly<Record<string, unknown>>;
}
