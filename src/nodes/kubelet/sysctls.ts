import { goQuote } from '../../apimachinery/field-error.js';
import type { PodSpec } from '../../schema/generated/core-v1.js';
import type { Verdict } from './pod-status.js';

/** Parameters of the kernel that each pod has for itself and can do no harm with (Go: sysctl.SafeSysctlAllowlist). */
const SAFE: ReadonlySet<string> = new Set([
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ping_group_range',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.tcp_wmem',
]);

/** Why a node doesn't take a pod for the parameters of the kernel that it asks for (Go: sysctl.patternAllowlist.Admit). */
export function forbiddenSysctl({ securityContext, hostNetwork, hostIPC }: PodSpec): Verdict | undefined {
  for (const { name = '' } of securityContext?.sysctls ?? []) {
    const why = refusal(name.replaceAll('/', '.'), hostNetwork === true, hostIPC === true);
    if (why !== undefined) return { reason: 'SysctlForbidden', message: `forbidden sysctl: ${why}` };
  }
  return undefined;
}

function refusal(name: string, hostNetwork: boolean, hostIPC: boolean): string | undefined {
  if (!SAFE.has(name)) return `${goQuote(name)} not allowlisted`;
  const isShared = name.startsWith('net.') ? hostNetwork : hostIPC;
  return isShared ? `${goQuote(name)} not allowed with host ${name.startsWith('net.') ? 'net' : 'ipc'} enabled` : undefined;
}
