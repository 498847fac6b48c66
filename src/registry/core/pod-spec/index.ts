/** The pod spec as pods, templates and controllers share it. */
export { claimSpecWarnings, podTemplateWarnings } from './warnings.js';
export { defaultPodSpec, defaultPodTemplateSpec } from './defaults.js';
export { dropDisabledTemplateFields } from './dropped-fields.js';
export { podValidationOptions, templateValidationOptions, type PodValidationOptions } from './options.js';
export { selectorErrors, validatePodTemplateSpec, validatePodTemplateSpecForController, type PodSelector } from './template.js';
export { validateClaimSpec, type ClaimSpecOptions } from './claim-template.js';
export { checkPodAnnotations } from './annotations.js';
export { goClaimSpec, POD_STRUCTS } from './go-pod-spec.js';
