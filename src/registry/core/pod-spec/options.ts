import { spreadSelectorFaulty, matchLabelKeysFaulty, nodeAffinityFaulty, podAffinityFaulty } from './existing-faults.js';
import type { PodSpec, PodTemplateSpec } from '../../../schema/generated/core-v1.js';
import { deletionCostFaulty } from './annotations.js';
import { isSidecar, someContainer } from '../../../component-helpers/containers.js';
import { hasIndivisibleHugePages } from './resources.js';
import { sysctlFault } from './sysctls.js';
import { hasNonLocalTokenPath } from './projected-volumes.js';

/**
 * What validation tolerates because the stored object already has it, and what
 * differs between pods and templates (Go: PodValidationOptions). The features
 * of v1.36 that are on by default are taken for granted.
 */
export interface PodValidationOptions {
  /** A pod itself rather than a template for pods. */
  readonly isPod: boolean;
  readonly allowInvalidDeletionCost: boolean;
  readonly allowIndivisibleHugePages: boolean;
  readonly allowInvalidAffinitySelector: boolean;
  readonly allowInvalidNodeAffinity: boolean;
  readonly allowInvalidSpreadSelector: boolean;
  /** Match label keys of topology spread follow the rules from before they were merged into the selector. */
  readonly legacyMatchLabelKeys: boolean;
  readonly allowNonLocalTokenPath: boolean;
  /** Sysctls of namespaces that the pod shares with its host. */
  readonly allowHostSysctls: boolean;
  readonly allowRestartingInitContainers: boolean;
  readonly allowUserNamespaceDevices: boolean;
  readonly allowMountOptionPolicy: boolean;
}

/** The part of metadata that options look at. */
export interface AnnotatedMeta {
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

const STRICT: Omit<PodValidationOptions, 'isPod'> = {
  allowInvalidDeletionCost: false,
  allowIndivisibleHugePages: false,
  allowInvalidAffinitySelector: false,
  allowInvalidNodeAffinity: false,
  allowInvalidSpreadSelector: false,
  legacyMatchLabelKeys: false,
  allowNonLocalTokenPath: false,
  allowHostSysctls: false,
  allowRestartingInitContainers: false,
  allowUserNamespaceDevices: false,
  allowMountOptionPolicy: false,
};

const NEW_POD: PodValidationOptions = { isPod: true, ...STRICT };
const NEW_TEMPLATE: PodValidationOptions = { isPod: false, ...STRICT };

/** Options for a pod's spec, given the stored one if there is any (Go: GetValidationOptionsFromPodSpecAndMeta). */
export function podValidationOptions(old: PodSpec | undefined, oldMeta: AnnotatedMeta | undefined, isPod: boolean): PodValidationOptions {
  if (old === undefined) return isPod ? NEW_POD : NEW_TEMPLATE;
  const { securityContext } = old;
  return {
    isPod,
    allowInvalidDeletionCost: deletionCostFaulty(oldMeta?.annotations),
    allowIndivisibleHugePages: hasIndivisibleHugePages(old),
    allowInvalidAffinitySelector: podAffinityFaulty(old),
    allowInvalidNodeAffinity: nodeAffinityFaulty(old),
    allowInvalidSpreadSelector: spreadSelectorFaulty(old),
    legacyMatchLabelKeys: matchLabelKeysFaulty(old),
    allowNonLocalTokenPath: hasNonLocalTokenPath(old),
    allowHostSysctls: (securityContext?.sysctls ?? []).some(({ name = '' }) => sysctlFault(name, old) !== undefined),
    allowRestartingInitContainers: (old.initContainers ?? []).some(
      (container) =>
        !isSidecar(container) && (container.resizePolicy ?? []).some(({ restartPolicy }) => restartPolicy === 'RestartContainer'),
    ),
    allowUserNamespaceDevices: old.hostUsers === false && someContainer(old, ({ volumeDevices }) => (volumeDevices ?? []).length > 0),
    allowMountOptionPolicy: securityContext?.seLinuxChangePolicy !== undefined,
  };
}

/** Options for a template beside the stored one (Go: GetValidationOptionsFromPodTemplate). */
export function templateValidationOptions(old: PodTemplateSpec | undefined): PodValidationOptions {
  return podValidationOptions(old?.spec, old?.metadata, false);
}
