import { free, type Library } from '../types/functions.js';
import { STRING } from '../types/type.js';

/** Kubernetes' function for the paths of JSON patches (Go: library.JSONPatch); for mutations only. */
export const JSON_PATCH: Library = {
  'jsonpatch.escapeKey': [
    free('string_jsonpatch_escapeKey_string', [STRING], STRING, (key) =>
      (key as string).replace(/[~/]/g, (character) => (character === '/' ? '~1' : '~0')),
    ),
  ],
};
