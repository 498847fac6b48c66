import type { JsonObject, StructType } from '../../schema/type.js';
import type { ReadonlyJsonObject } from './json.js';
import { rootShapeOf, type Shape } from './shape.js';
import { validate } from './validate.js';

/** An object with the shape of its type, in one API version. */
export interface TypedObject {
  readonly apiVersion: string;
  readonly shape: Shape;
  readonly value: ReadonlyJsonObject;
}

/**
 * How objects get from one API version to another; needed only for resources
 * that have several.
 */
export interface VersionConverter {
  /**
   * The object (whose `apiVersion` names the version that it is in) in another
   * version, in a new object and normalised as a decoder leaves it. Undefined if
   * there is no such version: its owners are then forgotten. May throw.
   */
  convert(object: ReadonlyJsonObject, apiVersion: string): JsonObject | undefined;
  /** The type in a version. */
  typeOf(apiVersion: string): StructType | undefined;
}

/** There is no such API version (any more). */
export class MissingVersionError extends Error {
  override readonly name = 'MissingVersionError';
}

/** Converts typed objects, once per object and version. */
export class TypedConverter {
  private readonly done = new WeakMap<TypedObject, Map<string, TypedObject>>();

  constructor(private readonly versions: VersionConverter | undefined) {}

  /** The object in a version; throws `MissingVersionError`, a `TypedError` or what the conversion throws. */
  convert(object: TypedObject, apiVersion: string): TypedObject {
    if (object.apiVersion === apiVersion) return object;
    let known = this.done.get(object);
    if (known === undefined) this.done.set(object, (known = new Map()));
    let result = known.get(apiVersion);
    if (result === undefined) known.set(apiVersion, (result = this.make(object, apiVersion)));
    return result;
  }

  private make(object: TypedObject, apiVersion: string): TypedObject {
    const value = this.versions?.convert(object.value, apiVersion);
    const type = value === undefined ? undefined : this.versions?.typeOf(apiVersion);
    if (value === undefined || type === undefined) throw new MissingVersionError(`no corresponding type for ${apiVersion}`);
    const shape = rootShapeOf(type);
    validate(shape, value, { allowDuplicates: false });
    return { apiVersion, shape, value };
  }
}
