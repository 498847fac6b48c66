import { apiVersionOf, parseApiVersion } from '../../apimachinery/group-version.js';
import { plainError } from '../../apimachinery/status.js';
import { storageVersionOf, type CustomResourceDefinition, type DefinitionVersion } from '../../registry/apiextensions/definition.js';
import type { JsonObject, StructType } from '../../schema/type.js';
import { Structural } from '../../schema/custom/structural.js';
import { objectTypeOf } from '../../schema/custom/type-of.js';

/** One version of a definition with what its schema says. */
export class VersionSchema {
  readonly name: string;
  /** `example.com/v1` */
  readonly apiVersion: string;
  readonly structural: Structural | undefined;
  private made: StructType | undefined;

  constructor(
    private readonly group: string,
    private readonly kind: string,
    readonly version: DefinitionVersion,
  ) {
    this.name = version.name ?? '';
    this.apiVersion = apiVersionOf({ group, version: this.name });
    const schema = version.schema?.openAPIV3Schema;
    this.structural = schema === undefined ? undefined : new Structural(schema);
  }

  /** The type of the whole object, for server-side apply. */
  get type(): StructType {
    this.made ??= objectTypeOf(this.structural, `${this.group.split('.').reverse().join('.')}.${this.name}.${this.kind}`);
    return this.made;
  }
}

/** The versions of a definition as its accepted names have it. */
export class SchemaSet {
  readonly group: string;
  readonly kind: string;
  readonly preserveUnknownFields: boolean;
  readonly storageVersion: string;
  readonly versions: ReadonlyMap<string, VersionSchema>;
  /** False if nothing can be stored in a version that the definition has lost, since its spec is still the first one. */
  readonly mayHaveLostVersions: boolean;

  constructor(definition: CustomResourceDefinition) {
    const { metadata, spec, status } = definition;
    this.mayHaveLostVersions = (metadata.generation ?? 1) > 1;
    const group = spec.group ?? '';
    const kind = status.acceptedNames.kind ?? '';
    this.group = group;
    this.kind = kind;
    this.preserveUnknownFields = spec.preserveUnknownFields === true;
    this.storageVersion = storageVersionOf(definition);
    this.versions = new Map((spec.versions ?? []).map((version) => [version.name ?? '', new VersionSchema(group, kind, version)]));
  }

  /** The version that an object says it has; undefined for objects of other kinds and groups. */
  versionOf(object: JsonObject): VersionSchema | undefined {
    const { apiVersion, kind } = object;
    if (kind !== this.kind || typeof apiVersion !== 'string') return undefined;
    const gv = parseApiVersion(apiVersion);
    return gv?.group === this.group ? this.versions.get(gv.version) : undefined;
  }

  /** Throws 500 for what is stored in a version that the definition doesn't have any more (Go: crConverter.ConvertToVersion). */
  checkVersionOf(object: JsonObject): void {
    const { apiVersion } = object;
    const gv = typeof apiVersion === 'string' ? parseApiVersion(apiVersion) : undefined;
    if (gv === undefined || (gv.group === this.group && this.versions.has(gv.version))) return;
    throw plainError(500, `request to convert CR from an invalid group/version: ${apiVersionOf(gv)}`);
  }

  /** Whether an object says that it is of this group and kind, whatever the version. */
  isOwnKind(object: JsonObject): boolean {
    const { apiVersion, kind } = object;
    return kind === this.kind && typeof apiVersion === 'string' && parseApiVersion(apiVersion)?.group === this.group;
  }
}
