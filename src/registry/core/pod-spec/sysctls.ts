import { duplicate, invalid, required, type FieldError } from '../../../apimachinery/field-error.js';
import type { FieldPath } from '../../../apimachinery/field-path.js';
import { DASH, DIGIT, isWord, LOWER, UNDERSCORE } from '../../../apimachinery/validation/characters.js';
import type { PodSpec, Sysctl } from '../../../schema/generated/core-v1.js';
import type { PodValidationOptions } from './options.js';

const MAX_LENGTH = 253;
const SEGMENT = '[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const FORM = `^(${SEGMENT}[\\./])*${SEGMENT}$`;
const EDGE = LOWER | DIGIT;

/** Kernel parameters (Go: validateSysctls). */
export function checkSysctls(
  sysctls: readonly Sysctl[],
  spec: PodSpec,
  path: FieldPath,
  options: PodValidationOptions,
  errors: FieldError[],
): void {
  const seen = new Set<string>();
  sysctls.forEach(({ name = '' }, i) => {
    const at = path.index(i).child('name');
    if (name === '') errors.push(required(at));
    else if (!isSysctlName(name))
      errors.push(invalid(at, name, `must have at most ${String(MAX_LENGTH)} characters and match regex ${FORM}`));
    else if (seen.has(name)) errors.push(duplicate(at, name));
    const fault = options.allowHostSysctls ? undefined : sysctlFault(name, spec);
    if (fault !== undefined) errors.push(invalid(at, name, fault));
    seen.add(name);
  });
}

function isSysctlName(name: string): boolean {
  return name.length <= MAX_LENGTH && name.split(/[./]/).every((part) => isWord(part, EDGE, EDGE | DASH | UNDERSCORE, EDGE));
}

const IPC_PARAMETERS: ReadonlySet<string> = new Set([
  'kernel.sem',
  'kernel.shmall',
  'kernel.shmmax',
  'kernel.shmmni',
  'kernel.shm_rmid_forced',
  'kernel.shm',
  'kernel.msgmax',
  'kernel.msgmnb',
  'kernel.msgmni',
  'kernel.msg',
]);

/** Why a parameter can't be set: it belongs to a namespace that the pod shares with its host (Go: ValidateHostSysctl). */
export function sysctlFault(sysctl: string, spec: PodSpec): string | undefined {
  if (spec.hostNetwork !== true && spec.hostIPC !== true) return undefined;
  const name = normalize(sysctl).replace(/\*.*$/s, '');
  if (name.startsWith('net.')) return spec.hostNetwork === true ? "may not be specified when 'hostNetwork' is true" : undefined;
  if (spec.hostIPC !== true || !(IPC_PARAMETERS.has(name) || name.startsWith('fs.mqueue.'))) return undefined;
  return "may not be specified when 'hostIPC' is true";
}

/** With slashes first, dots are part of names and slashes separate them (man sysctl.d). */
function normalize(name: string): string {
  const first = /[./]/.exec(name)?.[0];
  return first === '/' ? name.replace(/[./]/g, (c) => (c === '.' ? '/' : '.')) : name;
}
