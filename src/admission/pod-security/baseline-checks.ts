import { goQuote } from '../../apimachinery/field-error.js';
import type { LifecycleHandler, Probe, SELinuxOptions } from '../../schema/generated/core-v1.js';
import {
  containersText,
  containersWhere,
  eachContainer,
  exceptUserNamespaces,
  plural,
  quoted,
  settersText,
  sorted,
  type Check,
  type CheckPod,
} from './check.js';

const APPARMOR_ANNOTATION = 'container.apparmor.security.beta.kubernetes.io/';
const APPARMOR_TYPES: ReadonlySet<string> = new Set(['RuntimeDefault', 'Localhost']);

const appArmorProfile: CheckPod = (pod) => {
  const bad = new Set<string>();
  const isBad = (type: string | undefined): boolean => {
    if (type === undefined || APPARMOR_TYPES.has(type)) return false;
    bad.add(type);
    return true;
  };
  const typeOf = (
    context: { readonly appArmorProfile?: { readonly type?: string | undefined } | undefined } | undefined,
  ): string | undefined => (context?.appArmorProfile === undefined ? undefined : (context.appArmorProfile.type ?? ''));
  const podItself = isBad(typeOf(pod.spec.securityContext));
  const containers = containersWhere(pod, ({ securityContext }) => isBad(typeOf(securityContext)));
  const annotations = Object.entries(pod.annotations ?? {})
    .filter(
      ([key, value]) =>
        key.startsWith(APPARMOR_ANNOTATION) && value !== '' && value !== 'runtime/default' && !value.startsWith('localhost/'),
    )
    .map(([key, value]) => `${key}=${goQuote(value)}`)
    .sort();
  const values = [...sorted(bad), ...annotations];
  const setters = [
    settersText(podItself, containers),
    ...(annotations.length > 0 ? [plural(annotations.length, 'annotation')] : []),
  ].filter((text) => text !== '');
  if (setters.length === 0) return undefined;
  return {
    reason: plural(values.length, 'forbidden AppArmor profile'),
    detail: `${setters.join(' and ')} must not set AppArmor profile type to ${quoted(values)}`,
  };
};

const DEFAULT_CAPABILITIES: ReadonlySet<string> = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]);

const capabilities: CheckPod = (pod) => {
  const bad = new Set<string>();
  const containers = containersWhere(pod, ({ securityContext }) => {
    const odd = (securityContext?.capabilities?.add ?? []).filter((name) => !DEFAULT_CAPABILITIES.has(name));
    for (const name of odd) bad.add(name);
    return odd.length > 0;
  });
  if (containers.length === 0) return undefined;
  return {
    reason: 'non-default capabilities',
    detail: `${containersText(containers)} must not include ${quoted(sorted(bad))} in securityContext.capabilities.add`,
  };
};

const hostNamespaces: CheckPod = ({ spec }) => {
  const shared = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((name) => spec[name] === true);
  return shared.length === 0 ? undefined : { reason: 'host namespaces', detail: shared.map((name) => `${name}=true`).join(', ') };
};

const hostPathVolumes: CheckPod = ({ spec }) => {
  const names = (spec.volumes ?? []).filter(({ hostPath }) => hostPath !== undefined).map(({ name = '' }) => name);
  return names.length === 0 ? undefined : { reason: 'hostPath volumes', detail: `${plural(names.length, 'volume')} ${quoted(names)}` };
};

const hostPorts: CheckPod = (pod) => {
  const ports = new Set<string>();
  const containers = containersWhere(pod, (container) => {
    const used = (container.ports ?? []).filter(({ hostPort }) => hostPort !== undefined && hostPort !== 0);
    for (const { hostPort } of used) ports.add(String(hostPort));
    return used.length > 0;
  });
  if (containers.length === 0) return undefined;
  return {
    reason: 'hostPort',
    detail: `${containersText(containers)} ${uses(containers)} ${plural(ports.size, 'hostPort')} ${sorted(ports).join(', ')}`,
  };
};

function uses(names: readonly string[]): string {
  return names.length === 1 ? 'uses' : 'use';
}

const hostProbes: CheckPod = (pod) => {
  const names = new Set<string>();
  const hosts = new Set<string>();
  eachContainer(pod, ({ name = '', livenessProbe, readinessProbe, startupProbe, lifecycle }) => {
    for (const handler of [livenessProbe, readinessProbe, startupProbe, lifecycle?.postStart, lifecycle?.preStop]) {
      for (const host of hostsOf(handler)) {
        names.add(name);
        hosts.add(host);
      }
    }
  });
  if (names.size === 0) return undefined;
  const containers = sorted(names);
  return {
    reason: 'probe or lifecycle host',
    detail: `${containersText(containers)} ${uses(containers)} ${plural(hosts.size, 'probe or lifecycle host')} ${quoted(sorted(hosts))}`,
  };
};

function hostsOf(handler: Probe | LifecycleHandler | undefined): string[] {
  return [handler?.httpGet?.host, handler?.tcpSocket?.host].flatMap((host) => (host ? [host] : []));
}

const privileged: CheckPod = (pod) => {
  const containers = containersWhere(pod, ({ securityContext }) => securityContext?.privileged === true);
  return containers.length === 0
    ? undefined
    : { reason: 'privileged', detail: `${containersText(containers)} must not set securityContext.privileged=true` };
};

/** Shared with the restricted level, which knows no exception. */
export const procMount: CheckPod = (pod) => {
  const bad = new Set<string>();
  const containers = containersWhere(pod, ({ securityContext }) => {
    const mount = securityContext?.procMount;
    if (mount === undefined || mount === 'Default') return false;
    bad.add(mount);
    return true;
  });
  if (containers.length === 0) return undefined;
  return { reason: 'procMount', detail: `${containersText(containers)} must not set securityContext.procMount to ${quoted(sorted(bad))}` };
};

const SELINUX_TYPES = ['', 'container_t', 'container_init_t', 'container_kvm_t'];

function seLinuxOptions(types: readonly string[]): CheckPod {
  return (pod) => {
    const badTypes = new Set<string>();
    let user = false;
    let role = false;
    const isBad = (options: SELinuxOptions | undefined): boolean => {
      if (options === undefined) return false;
      const badType = !types.includes(options.type ?? '');
      if (badType) badTypes.add(options.type ?? '');
      if (options.user) user = true;
      if (options.role) role = true;
      return badType || !!options.user || !!options.role;
    };
    const setters = settersText(
      isBad(pod.spec.securityContext?.seLinuxOptions),
      containersWhere(pod, ({ securityContext }) => isBad(securityContext?.seLinuxOptions)),
    );
    if (setters === '') return undefined;
    const faults = badTypes.size > 0 ? [`${plural(badTypes.size, 'type')} ${quoted(sorted(badTypes))}`] : [];
    if (user) faults.push('user may not be set');
    if (role) faults.push('role may not be set');
    return { reason: 'seLinuxOptions', detail: `${setters} set forbidden securityContext.seLinuxOptions: ${faults.join('; ')}` };
  };
}

const SECCOMP_POD_ANNOTATION = 'seccomp.security.alpha.kubernetes.io/pod';
const SECCOMP_CONTAINER_ANNOTATION = 'container.seccomp.security.alpha.kubernetes.io/';

/** Before 1.19 profiles were annotations. */
const seccompAnnotations: CheckPod = (pod) => {
  const bad = new Set<string>();
  const look = (key: string): void => {
    const value = pod.annotations?.[key];
    if (value === undefined || value === 'runtime/default' || value === 'docker/default' || value.startsWith('localhost/')) return;
    bad.add(`${key}=${goQuote(value)}`);
  };
  look(SECCOMP_POD_ANNOTATION);
  eachContainer(pod, ({ name = '' }) => {
    look(SECCOMP_CONTAINER_ANNOTATION + name);
  });
  return bad.size === 0
    ? undefined
    : { reason: 'seccompProfile', detail: `forbidden ${plural(bad.size, 'annotation')} ${sorted(bad).join(', ')}` };
};

const SECCOMP_TYPES: ReadonlySet<string> = new Set(['RuntimeDefault', 'Localhost']);

/** The type of a seccomp profile; undefined if there is no profile. */
export function seccompType(
  context: { readonly seccompProfile?: { readonly type?: string | undefined } | undefined } | undefined,
): string | undefined {
  return context?.seccompProfile === undefined ? undefined : (context.seccompProfile.type ?? '');
}

export function isGoodSeccomp(type: string): boolean {
  return SECCOMP_TYPES.has(type);
}

/** Shared with the restricted level. */
export const seccompProfile: CheckPod = (pod) => {
  const bad = new Set<string>();
  const isBad = (type: string | undefined): boolean => {
    if (type === undefined || isGoodSeccomp(type)) return false;
    bad.add(type);
    return true;
  };
  const setters = settersText(
    isBad(seccompType(pod.spec.securityContext)),
    containersWhere(pod, ({ securityContext }) => isBad(seccompType(securityContext))),
  );
  if (setters === '') return undefined;
  return { reason: 'seccompProfile', detail: `${setters} must not set securityContext.seccompProfile.type to ${quoted(sorted(bad))}` };
};

const SYSCTLS = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.ping_group_range',
  'net.ipv4.ip_unprivileged_port_start',
];
const SYSCTLS_27 = [...SYSCTLS, 'net.ipv4.ip_local_reserved_ports'];
const SYSCTLS_29 = [
  ...SYSCTLS_27,
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
];
const SYSCTLS_32 = [...SYSCTLS_29, 'net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem'];

function sysctls(allowed: readonly string[]): CheckPod {
  return ({ spec }) => {
    const odd = (spec.securityContext?.sysctls ?? []).map(({ name = '' }) => name).filter((name) => !allowed.includes(name));
    return odd.length === 0 ? undefined : { reason: 'forbidden sysctls', detail: odd.join(', ') };
  };
}

const windowsHostProcess: CheckPod = (pod) => {
  const setters = settersText(
    pod.spec.securityContext?.windowsOptions?.hostProcess === true,
    containersWhere(pod, ({ securityContext }) => securityContext?.windowsOptions?.hostProcess === true),
  );
  return setters === ''
    ? undefined
    : { reason: 'hostProcess', detail: `${setters} must not set securityContext.windowsOptions.hostProcess=true` };
};

const always = (id: string, check: CheckPod): Check => ({ id, level: 'baseline', versions: [{ since: 0, check }] });

/** The rules of the baseline level. */
export const BASELINE_CHECKS: readonly Check[] = [
  always('appArmorProfile', appArmorProfile),
  always('capabilities_baseline', capabilities),
  always('hostNamespaces', hostNamespaces),
  always('hostPathVolumes', hostPathVolumes),
  always('hostPorts', hostPorts),
  { id: 'hostProbesAndHostLifecycle', level: 'baseline', versions: [{ since: 34, check: hostProbes }] },
  always('privileged', privileged),
  {
    id: 'procMount',
    level: 'baseline',
    versions: [
      { since: 0, check: procMount },
      { since: 35, check: exceptUserNamespaces(procMount) },
    ],
  },
  {
    id: 'seLinuxOptions',
    level: 'baseline',
    versions: [
      { since: 0, check: seLinuxOptions(SELINUX_TYPES) },
      { since: 31, check: seLinuxOptions([...SELINUX_TYPES, 'container_engine_t']) },
    ],
  },
  {
    id: 'seccompProfile_baseline',
    level: 'baseline',
    versions: [
      { since: 0, check: seccompAnnotations },
      { since: 19, check: seccompProfile },
    ],
  },
  {
    id: 'sysctls',
    level: 'baseline',
    versions: [
      { since: 0, check: sysctls(SYSCTLS) },
      { since: 27, check: sysctls(SYSCTLS_27) },
      { since: 29, check: sysctls(SYSCTLS_29) },
      { since: 32, check: sysctls(SYSCTLS_32) },
    ],
  },
  always('windowsHostProcess', windowsHostProcess),
];
