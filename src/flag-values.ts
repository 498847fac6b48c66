import { DEFAULT_AUTHORIZATION_MODES, DEFAULT_ISSUER, DEFAULT_SERVICE_RANGE, type ClusterOptions } from './cluster-options.js';

/**
 * The flags of kube-apiserver that a cluster has, with their values as pflag prints them: what /flagz shows.
 * @param port on which it listens
 */
export function flagValues(options: ClusterOptions, port: number): Readonly<Record<string, string>> {
  const list = (values: readonly string[] = []): string => `[${values.join(',')}]`;
  const address = options.bindAddress ?? '127.0.0.1';
  return {
    'advertise-address': address,
    'audit-log-path': options.auditLogPath ?? '',
    'authorization-mode': list(options.authorizationModes ?? DEFAULT_AUTHORIZATION_MODES),
    'bind-address': address,
    'disable-admission-plugins': list(options.disableAdmissionPlugins),
    'enable-admission-plugins': list(options.enableAdmissionPlugins),
    'secure-port': String(port),
    'service-account-issuer': list([options.serviceAccountIssuer ?? DEFAULT_ISSUER]),
    'service-cluster-ip-range': options.serviceClusterIpRange ?? DEFAULT_SERVICE_RANGE,
  };
}
