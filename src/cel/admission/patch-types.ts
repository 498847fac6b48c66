import { goQuote } from '../../apimachinery/field-error.js';
import type { TypeProvider } from '../checker/scope.js';
import type { MakeStruct } from '../runtime/planner.js';
import { DYN, listOf, STRING, structType } from '../types/type.js';
import { StructValue } from '../values/struct.js';
import { CelError, CelList, CelMap, typeOfValue, type CelValue } from '../values/value.js';

/** The types that expressions of mutations make values of (Go: apiserver/pkg/cel/mutation). */
export const OBJECT = structType('Object');
export const PATCH = structType('JSONPatch');
export const PATCHES = listOf(PATCH);

/** The real server doesn't know what type an unknown field of a patch has, so nothing fits it. */
const NO_TYPE = structType('');
const PATCH_FIELDS = { op: STRING, from: STRING, path: STRING, value: DYN } as const;

function isObjectName(name: string): boolean {
  return name === OBJECT.name || name.startsWith(`${OBJECT.name}.`);
}

/** `Object` and all types below it have any fields; they are named by the path to a field. */
export const PATCH_TYPES: TypeProvider = {
  struct: (name) => (name === PATCH.name || isObjectName(name) ? structType(name) : undefined),
  field(structName, field) {
    if (isObjectName(structName)) return DYN;
    return Object.hasOwn(PATCH_FIELDS, field) ? PATCH_FIELDS[field as keyof typeof PATCH_FIELDS] : NO_TYPE;
  },
};

export const makePatchStruct: MakeStruct = (typeName, fields) => {
  if (typeName === PATCH.name) {
    for (const [name, value] of fields) {
      if (name !== 'value' && typeof value !== 'string')
        return new CelError(`unexpected type ${typeOfValue(value).name} for JSONPatchType '${name}' field`);
    }
  }
  return new StructValue(structType(typeName), fields);
};

/** Where the names of types don't tell the path at which their values stand. */
export function misplacedTypes(value: CelValue, expected: string): string[] {
  if (value instanceof StructValue) {
    const { name } = value.type;
    const own =
      name === expected
        ? []
        : [`unexpected type name ${goQuote(name)}, expected ${goQuote(expected)}, which matches field name path from root Object type`];
    return [...own, ...[...value.fields].flatMap(([field, inner]) => misplacedTypes(inner, `${expected}.${field}`))];
  }
  if (value instanceof CelList) return value.toArray().flatMap((item) => misplacedTypes(item, expected));
  if (value instanceof CelMap) return value.keys().flatMap((key) => misplacedTypes(value.find(key) ?? null, expected));
  return [];
}
