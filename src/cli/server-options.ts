import { parseImages } from '../nodes/images/image-file.js';
import type { Image } from '../nodes/images/image.js';
import { readFileSync } from 'node:fs';
import { pluginNamesFault } from '../admission/plugins.js';
import type { ClusterOptions } from '../cluster-options.js';
import { controllerNamesFault } from '../controllers/names.js';
import { streamLogger } from '../server/logger.js';
import { listFlag, numberFlag, speedFlag, textFlag, UsageError, type FlagValues } from './flags.js';

const MODES: readonly string[] = ['Node', 'RBAC', 'AlwaysAllow'];

/** Turns flags into the options of `startCluster`; reads the files that they name. */
export function clusterOptionsFrom(values: FlagValues): ClusterOptions {
  const modes = listFlag(values, 'authorization-mode');
  for (const mode of modes ?? []) {
    if (!MODES.includes(mode)) throw new UsageError(`--authorization-mode knows ${MODES.join(', ')}, not ${JSON.stringify(mode)}`);
  }
  const enable = listFlag(values, 'enable-admission-plugins');
  const disable = listFlag(values, 'disable-admission-plugins');
  const fault = pluginNamesFault(enable ?? [], disable ?? []);
  if (fault !== undefined) throw new UsageError(fault);
  const controllers = listFlag(values, 'controllers');
  const unknown = controllerNamesFault(controllers ?? []);
  if (unknown !== undefined) throw new UsageError(`--controllers: ${unknown}`);
  const format = textFlag(values, 'log-format') ?? 'text';
  if (format !== 'text' && format !== 'json') throw new UsageError(`--log-format is text or json, not ${JSON.stringify(format)}`);
  const verbosity = numberFlag({ v: textFlag(values, 'v')?.replace(/^=/, '') }, 'v', 0, 10) ?? 0;
  const data = values['data'];
  const images = values['images'];
  return {
    bindAddress: textFlag(values, 'bind-address'),
    securePort: numberFlag(values, 'secure-port', 0, 65535),
    insecurePort: numberFlag(values, 'insecure-port', 0, 65535),
    tokens: optionalFile(values, 'token-auth-file'),
    clientCa: optionalFile(values, 'client-ca-file'),
    requestHeader: requestHeaderFrom(values),
    authorizationModes: modes as ClusterOptions['authorizationModes'],
    auditLogPath: textFlag(values, 'audit-log-path'),
    auditPolicy: optionalFile(values, 'audit-policy-file'),
    serviceClusterIpRange: textFlag(values, 'service-cluster-ip-range'),
    enableAdmissionPlugins: enable,
    disableAdmissionPlugins: disable,
    controllers,
    nodes: numberFlag(values, 'nodes', 0, 100_000),
    speed: speedFlag(values),
    seed: textFlag(values, 'seed'),
    version: textFlag(values, 'version'),
    images: Array.isArray(images) ? images.flatMap((file: string) => imagesOf(file)) : undefined,
    data: Array.isArray(data) ? data.map((file: string) => readFile('data', file)) : undefined,
    logger: streamLogger(format, verbosity, (line) => process.stderr.write(line)),
  };
}

function requestHeaderFrom(values: FlagValues): ClusterOptions['requestHeader'] {
  const clientCa = optionalFile(values, 'requestheader-client-ca-file');
  if (clientCa === undefined) return undefined;
  return {
    clientCa,
    allowedNames: listFlag(values, 'requestheader-allowed-names'),
    usernameHeaders: listFlag(values, 'requestheader-username-headers'),
    uidHeaders: listFlag(values, 'requestheader-uid-headers'),
    groupHeaders: listFlag(values, 'requestheader-group-headers'),
    extraHeaderPrefixes: listFlag(values, 'requestheader-extra-headers-prefix'),
  };
}

function optionalFile(values: FlagValues, name: string): string | undefined {
  const file = textFlag(values, name);
  return file === undefined ? undefined : readFile(name, file);
}

function readFile(flag: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`--${flag}: can't read ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The images of a file; throws UsageError. */
function imagesOf(file: string): readonly Image[] {
  try {
    return parseImages(readFile('images', file));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`--images ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
