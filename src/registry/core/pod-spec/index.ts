/** The pod spec as pods, templates and controllers share it. */
export { defaultPodSpec, defaultPodTemplateSpec } from './defaults.js';
export { dropDisabledTemplateFields } from './dropped-fields.js';
export { podValidationOptions, templateValidationOptions, type PodValidationOptions } from './options.js';
export { podTemplateWarnings, selectorErrors, validatePodTemplateSpec, validatePodTemplateSpecForController } from './template.js';
