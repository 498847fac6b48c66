import type { NodeSelectorTerm, PodResourceClaim, SeccompProfile, SecurityContext } from '../../../schema/generated/core-v1.js';

/**
 * Refused values as the real server prints them: its internal types have no
 * JSON names, so whole structs appear with Go's field names and zero values.
 */

/** How one Go struct is printed: its fields in order, as [Go name, JSON name, value when absent or the struct below]. */
type Shape = readonly (readonly [go: string, json: string, zero: null | '' | Shape])[];

const CAPABILITIES: Shape = [
  ['Add', 'add', null],
  ['Drop', 'drop', null],
];
const SELINUX: Shape = [
  ['User', 'user', ''],
  ['Role', 'role', ''],
  ['Type', 'type', ''],
  ['Level', 'level', ''],
];
const WINDOWS: Shape = [
  ['GMSACredentialSpecName', 'gmsaCredentialSpecName', null],
  ['GMSACredentialSpec', 'gmsaCredentialSpec', null],
  ['RunAsUserName', 'runAsUserName', null],
  ['HostProcess', 'hostProcess', null],
];
const PROFILE: Shape = [
  ['Type', 'type', ''],
  ['LocalhostProfile', 'localhostProfile', null],
];
const SECURITY_CONTEXT: Shape = [
  ['Capabilities', 'capabilities', CAPABILITIES],
  ['Privileged', 'privileged', null],
  ['SELinuxOptions', 'seLinuxOptions', SELINUX],
  ['WindowsOptions', 'windowsOptions', WINDOWS],
  ['RunAsUser', 'runAsUser', null],
  ['RunAsGroup', 'runAsGroup', null],
  ['RunAsNonRoot', 'runAsNonRoot', null],
  ['ReadOnlyRootFilesystem', 'readOnlyRootFilesystem', null],
  ['AllowPrivilegeEscalation', 'allowPrivilegeEscalation', null],
  ['ProcMount', 'procMount', null],
  ['SeccompProfile', 'seccompProfile', PROFILE],
  ['AppArmorProfile', 'appArmorProfile', PROFILE],
];
const CLAIM: Shape = [
  ['Name', 'name', ''],
  ['ResourceClaimName', 'resourceClaimName', null],
  ['ResourceClaimTemplateName', 'resourceClaimTemplateName', null],
];
const REQUIREMENT: Shape = [
  ['Key', 'key', ''],
  ['Operator', 'operator', ''],
  ['Values', 'values', null],
];
const TERM: Shape = [
  ['MatchExpressions', 'matchExpressions', REQUIREMENT],
  ['MatchFields', 'matchFields', REQUIREMENT],
];
const ADDRESS: Shape = [['IP', 'ip', '']];

function print(value: unknown, shape: Shape): unknown {
  if (value === undefined || value === null) return null;
  if (Array.isArray(value)) return value.map((item) => print(item, shape));
  const source = value as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    shape.map(([go, json, zero]) => {
      const field = source[json];
      if (zero === null || zero === '') return [go, field ?? zero];
      return [go, print(field, zero)];
    }),
  );
}

export function goSecurityContext(value: SecurityContext): unknown {
  return print(value, SECURITY_CONTEXT);
}

export function goSeccompProfile(value: SeccompProfile): unknown {
  return print(value, PROFILE);
}

export function goResourceClaim(value: PodResourceClaim): unknown {
  return print(value, CLAIM);
}

/** One term, or a list of them. */
export function goNodeSelectorTerms(value: NodeSelectorTerm | readonly NodeSelectorTerm[] | undefined): unknown {
  return print(value, TERM);
}

export function goAddresses(value: readonly { ip?: string | undefined }[]): unknown {
  return print(value, ADDRESS);
}

/** A map's keys are printed sorted; an absent map is null. */
export function goMap(value: Readonly<Record<string, string>> | undefined | null): unknown {
  return value === undefined || value === null ? null : Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
