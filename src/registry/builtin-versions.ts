import { apiVersionOf, parseApiVersion, type GroupVersion, type GroupVersionKind } from '../apimachinery/group-version.js';
import type { ReadonlyJsonObject } from '../patch/apply/json.js';
import type { VersionConverter } from '../patch/apply/typed-object.js';
import { decodeObject } from '../schema/decode.js';
import { typeRegistry } from '../schema/types.js';
import type { JsonObject, StructType } from '../schema/type.js';
import { asJson, asObject, type KubeObject } from './object.js';
import type { VersionConversion } from './resource.js';

/** By the keys of `ResourceBehaviour.conversions`: a version, or group and version where the group is another. */
export type Conversions = Readonly<Record<string, VersionConversion>>;

/** The key of a version among a behaviour's conversions. */
export function conversionKey(home: GroupVersion, gv: GroupVersion): string {
  return gv.group === home.group ? gv.version : `${gv.group}/${gv.version}`;
}

/**
 * All versions of a built-in resource within its group, for managedFields that
 * speak of any of them. The real server can't convert those of another group
 * (events) and forgets their owners.
 */
export class BuiltinVersions implements VersionConverter {
  constructor(
    /** The stored version. */
    private readonly home: GroupVersionKind,
    private readonly conversions: Conversions,
  ) {}

  /** Every version, the stored one first. */
  get apiVersions(): readonly string[] {
    const others = Object.keys(this.conversions)
      .filter((key) => !key.includes('/'))
      .map((version) => apiVersionOf({ group: this.home.group, version }));
    return [apiVersionOf(this.home), ...others];
  }

  convert(object: ReadonlyJsonObject, apiVersion: string): JsonObject | undefined {
    const type = this.typeOf(String(object['apiVersion']));
    if (type === undefined || this.typeOf(apiVersion) === undefined) return undefined;
    // Pruned objects may lack what conversions count on.
    const given = asObject(decodeObject(type, object as JsonObject).object);
    const from = this.conversionOf(given.apiVersion);
    const stored: KubeObject = from === undefined ? given : from.toStorage(given);
    return asJson(this.conversionOf(apiVersion)?.fromStorage(stored) ?? stored);
  }

  typeOf(apiVersion: string): StructType | undefined {
    if (!this.apiVersions.includes(apiVersion)) return undefined;
    const gv = parseApiVersion(apiVersion);
    return gv === undefined ? undefined : typeRegistry().typeOf({ ...gv, kind: this.home.kind });
  }

  private conversionOf(apiVersion: string): VersionConversion | undefined {
    const gv = parseApiVersion(apiVersion);
    return gv === undefined ? undefined : this.conversions[conversionKey(this.home, gv)];
  }
}
