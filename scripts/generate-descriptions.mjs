/** Descriptions of types and fields, from the typings of the development dependency `@kubernetes/client-node`. */

/**
 * @param {Map<string, import('./generate-check.mjs').FactFile>} _files
 * @param {(name: string, text: string) => void} _write
 */
export function writeDescriptions(_files, _write) {}
