import { apiVersionOf, parseApiVersion, type GroupVersionKind, type GroupVersionResource } from '../../apimachinery/group-version.js';
import type { Rule, ValidatingAdmissionPolicySpec, Variable } from '../../schema/generated/admissionregistration-v1.js';
import type { StructType } from '../../schema/type.js';
import { allOf } from '../checker/scope.js';
import { Composition, type Expression, type TypedObjects } from './expressions.js';
import { ResourceTypes } from './resource-types.js';

/** A warning about an expression, as it stands in a policy's status. */
export interface TypeWarning {
  /** Such as `spec.validations[0].expression`. */
  readonly fieldRef: string;
  readonly warning: string;
}

/** A served kind with its type. */
export interface ServedKind extends GroupVersionKind {
  readonly type: StructType;
}

/** What is served, for the types of objects and parameters. */
export interface ServedTypes {
  /** The kind of a resource; undefined if it isn't served. */
  kindOf(resource: GroupVersionResource): ServedKind | undefined;
  typeOf(kind: GroupVersionKind): StructType | undefined;
}

/** How many kinds of one rule are checked. */
const MAX_KINDS = 10;

/**
 * What the validations of a policy and their messages get wrong of the types
 * that rules and parameters name, as it belongs in the policy's status (Go:
 * policy/validating.TypeChecker). The policy works all the same.
 */
export function checkPolicyTypes(spec: ValidatingAdmissionPolicySpec, served: ServedTypes): TypeWarning[] {
  const checks = kindsOf(spec, served).map((kind) => new KindCheck(kind, spec, served));
  const warnings: TypeWarning[] = [];
  const check = (expression: string, fieldRef: string): void => {
    const faults = checks.flatMap((one) => one.faultOf(expression) ?? []);
    if (faults.length > 0) warnings.push({ fieldRef, warning: faults.join('\n') });
  };
  (spec.validations ?? []).forEach(({ expression = '', messageExpression = '' }, i) => {
    check(expression, `spec.validations[${String(i)}].expression`);
    if (messageExpression !== '') check(messageExpression, `spec.validations[${String(i)}].messageExpression`);
  });
  return warnings;
}

/** Checks expressions as being about objects of one kind. */
class KindCheck {
  private readonly hasParams: boolean;
  private readonly composition: Composition;

  constructor(
    private readonly kind: ServedKind,
    { paramKind, variables = [] }: ValidatingAdmissionPolicySpec,
    served: ServedTypes,
  ) {
    this.hasParams = paramKind !== undefined;
    const params = paramKind && paramTypes(paramKind.apiVersion ?? '', paramKind.kind ?? '', served);
    const object = new ResourceTypes(kind.type, kind.kind);
    const typed: TypedObjects = {
      object: object.root,
      params: params?.root,
      provider: params === undefined ? object : allOf(object, params),
    };
    const none = Composition.empty(this.hasParams, typed);
    this.composition = (variables ?? []).reduce(
      (all: Composition, { name = '', expression = '' }: Variable) => all.with(name, expression),
      none,
    );
  }

  faultOf(expression: string): string | undefined {
    const scope = { hasParams: this.hasParams, hasAuthorizer: true, hasPatchTypes: false };
    const { fault }: Expression = this.composition.compile(expression, 'any', scope);
    return fault?.issues && `${apiVersionText(this.kind)}, Kind=${this.kind.kind}: ${fault.issues}\n`;
  }
}

function apiVersionText(kind: GroupVersionKind): string {
  return kind.group === '' ? `/${kind.version}` : apiVersionOf(kind);
}

function paramTypes(apiVersion: string, kind: string, served: ServedTypes): ResourceTypes | undefined {
  const group = parseApiVersion(apiVersion);
  const type = group && served.typeOf({ ...group, kind });
  return type && new ResourceTypes(type, kind);
}

/** The kinds that rules name without wildcards, by group, version and kind. */
function kindsOf({ matchConstraints }: ValidatingAdmissionPolicySpec, served: ServedTypes): ServedKind[] {
  const found = new Map<string, ServedKind>();
  for (const rule of matchConstraints?.resourceRules ?? []) {
    const kinds = resourcesOf(rule).flatMap((resource) => served.kindOf(resource) ?? []);
    const isFull = kinds.length >= MAX_KINDS;
    for (const kind of kinds.slice(0, MAX_KINDS)) found.set(`${kind.group}\0${kind.version}\0${kind.kind}`, kind);
    // Nor are later rules looked at.
    if (isFull) break;
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, kind]) => kind);
}

function resourcesOf({ apiGroups = [], apiVersions = [], resources = [] }: Rule): GroupVersionResource[] {
  const hasWildcard = (text: string): boolean => text.includes('*');
  const groups = [...(apiGroups ?? [])].sort();
  const versions = [...(apiVersions ?? [])].sort();
  if (groups.some(hasWildcard) || versions.some(hasWildcard)) return [];
  const names = (resources ?? []).filter((name) => !/[*/]/.test(name)).sort();
  return groups.flatMap((group) => versions.flatMap((version) => names.map((resource) => ({ group, version, resource }))));
}
