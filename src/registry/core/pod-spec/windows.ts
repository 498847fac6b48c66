import { forbidden, invalid, NamedString, type FieldError } from '../../../apimachinery/field-error.js';
import type { FieldPath } from '../../../apimachinery/field-path.js';
import { isDns1123Subdomain } from '../../../apimachinery/validation/dns.js';
import { byteLength } from '../../../apimachinery/validation/messages.js';
import type { PodSecurityContext, PodSpec, SecurityContext, WindowsSecurityContextOptions } from '../../../schema/generated/core-v1.js';
import { visitContainersWithPath } from '../../../component-helpers/containers.js';

const MAX_CREDENTIAL_SPEC = 64 * 1024;
const MAX_DOMAIN = 256;
const MAX_USER = 104;

/** Windows' own options of a pod or container (Go: validateWindowsSecurityContextOptions). */
export function checkWindowsOptions(options: WindowsSecurityContextOptions, path: FieldPath, errors: FieldError[]): void {
  const { gmsaCredentialSpecName: specName, gmsaCredentialSpec: spec, runAsUserName } = options;
  const refuse = (name: string, value: string, detail: string): void => {
    errors.push(invalid(path.child(name), new NamedString(value), detail));
  };
  if (specName !== undefined) for (const message of isDns1123Subdomain(specName)) refuse('gmsaCredentialSpecName', specName, message);
  if (spec !== undefined) {
    const length = byteLength(spec);
    if (length === 0) refuse('gmsaCredentialSpec', spec, 'gmsaCredentialSpec cannot be an empty string');
    else if (length > MAX_CREDENTIAL_SPEC) refuse('gmsaCredentialSpec', spec, 'gmsaCredentialSpec size must be under 64 KiB');
  }
  if (runAsUserName !== undefined)
    for (const detail of userNameFaults(runAsUserName)) refuse('runAsUserName', runAsUserName, `runAsUserName${detail}`);
}

const NET_BIOS = /^[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}$/u;
const DNS_LABEL = /^[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$/;

/** What is wrong with `user` or `DOMAIN\user`. */
function userNameFaults(name: string): string[] {
  if (name === '') return [' cannot be an empty string'];
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\x00-\x1f\x7f]/.test(name)) return [' cannot contain control characters'];
  const parts = name.split('\\');
  if (parts.length > 2) return [' cannot contain more than one backslash'];
  const domain = parts.length === 2 ? parts[0] : undefined;
  const user = parts.at(-1) ?? '';
  const faults: string[] = [];
  if (domain !== undefined) {
    if (byteLength(domain) >= MAX_DOMAIN) faults.push(`'s Domain length must be under ${String(MAX_DOMAIN)} characters`);
    if (!NET_BIOS.test(domain) && !domain.split('.').every((label) => DNS_LABEL.test(label)))
      faults.push("'s Domain doesn't match the NetBios nor the DNS format");
  }
  if (user === '') faults.push("'s User cannot be empty");
  else if (byteLength(user) > MAX_USER) faults.push(`'s User length must not be longer than ${String(MAX_USER)} characters`);
  if (/^[. ]+$/.test(user)) faults.push("'s User cannot contain only periods or spaces");
  if (/["/\\:;|=,+*?<>@[\]]/.test(user)) faults.push('\'s User cannot contain the following characters: "/\\:;|=,+*?<>@[]');
  return faults;
}

/** Containers that are processes of the host: all or none (Go: validateWindowsHostProcessPod). */
export function checkHostProcess(spec: PodSpec, path: FieldPath, errors: FieldError[]): void {
  const podWide = spec.securityContext?.windowsOptions?.hostProcess;
  let containers = 0;
  let hostProcesses = 0;
  visitContainersWithPath(spec, path, (container, at) => {
    containers++;
    const own = container.securityContext?.windowsOptions?.hostProcess;
    if (podWide !== undefined && own !== undefined && podWide !== own) {
      const detail = `pod hostProcess value must be identical if both are specified, was ${String(podWide)}`;
      errors.push(invalid(at.child('securityContext', 'windowsOptions', 'hostProcess'), own, detail));
    }
    if (own ?? podWide ?? false) hostProcesses++;
  });
  if (hostProcesses === 0) return;
  if (hostProcesses !== containers)
    errors.push(invalid(path, '', 'If pod contains any hostProcess containers then all containers must be HostProcess containers'));
  if (spec.hostNetwork !== true)
    errors.push(invalid(path.child('hostNetwork'), false, 'hostNetwork must be true if pod contains any hostProcess containers'));
}

const FORBIDDEN = 'cannot be set for a windows pod';

/** Fields of Linux in the order in which a Windows pod is told of them: of the spec, its security context, its containers'. */
const POD_FIELDS: readonly (readonly ['spec', keyof PodSpec & string] | readonly ['context', keyof PodSecurityContext & string])[] = [
  ['context', 'appArmorProfile'],
  ['context', 'seLinuxOptions'],
  ['spec', 'hostUsers'],
  ['spec', 'hostPID'],
  ['spec', 'hostIPC'],
  ['context', 'seccompProfile'],
  ['context', 'fsGroup'],
  ['context', 'fsGroupChangePolicy'],
  ['context', 'sysctls'],
  ['spec', 'shareProcessNamespace'],
  ['context', 'runAsUser'],
  ['context', 'runAsGroup'],
  ['context', 'supplementalGroups'],
  ['context', 'supplementalGroupsPolicy'],
  ['context', 'seLinuxChangePolicy'],
];
const CONTAINER_FIELDS: readonly (keyof SecurityContext & string)[] = [
  'appArmorProfile',
  'seLinuxOptions',
  'seccompProfile',
  'capabilities',
  'readOnlyRootFilesystem',
  'privileged',
  'allowPrivilegeEscalation',
  'procMount',
  'runAsUser',
  'runAsGroup',
];

/** Windows pods have none of Linux' settings (Go: validateWindows). */
export function checkWindowsPod(spec: PodSpec, path: FieldPath, errors: FieldError[]): void {
  const { securityContext } = spec;
  for (const [where, name] of POD_FIELDS) {
    const value = where === 'spec' ? spec[name] : securityContext?.[name];
    const at = where === 'spec' ? path : path.child('securityContext');
    if (value !== undefined && !(value === false && (name === 'hostPID' || name === 'hostIPC')))
      errors.push(forbidden(at.child(name), FORBIDDEN));
  }
  visitContainersWithPath(spec, path, (container, at) => {
    for (const name of CONTAINER_FIELDS) {
      if (container.securityContext?.[name] !== undefined) errors.push(forbidden(at.child('securityContext', name), FORBIDDEN));
    }
  });
}

/** Linux pods have none of Windows' settings (Go: validateLinux). */
export function checkLinuxPod(spec: PodSpec, path: FieldPath, errors: FieldError[]): void {
  const detail = 'windows options cannot be set for a linux pod';
  if (spec.securityContext?.windowsOptions !== undefined) errors.push(forbidden(path.child('securityContext', 'windowsOptions'), detail));
  visitContainersWithPath(spec, path, (container, at) => {
    if (container.securityContext?.windowsOptions !== undefined)
      errors.push(forbidden(at.child('securityContext', 'windowsOptions'), detail));
  });
}
