import type { PodSpec, PodTemplateSpec } from '../../../schema/generated/core-v1.js';

/**
 * What validation tolerates because the stored object already has it, and what
 * differs between pods and templates (Go: PodValidationOptions). The features
 * of v1.36 that are on by default are taken for granted.
 */
export interface PodValidationOptions {
  /** A pod itself rather than a template for pods. */
  readonly isPod: boolean;
}

/** The part of metadata that options look at. */
export interface AnnotatedMeta {
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

/** Options for a pod's spec beside the stored one (Go: GetValidationOptionsFromPodSpecAndMeta). */
export function podValidationOptions(_spec: PodSpec, _old: PodSpec | undefined, _oldMeta: AnnotatedMeta | undefined, isPod: boolean): PodValidationOptions {
  return { isPod };
}

/** Options for a template beside the stored one (Go: GetValidationOptionsFromPodTemplate). */
export function templateValidationOptions(template: PodTemplateSpec, old: PodTemplateSpec | undefined): PodValidationOptions {
  return podValidationOptions(template.spec, old?.spec, old?.metadata, false);
}
