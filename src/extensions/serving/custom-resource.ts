import { createHash } from 'node:crypto';
import { cel } from '../../cel/loader.js';
import type { VersionConverter } from '../../patch/apply/typed-object.js';
import type { CustomResourceDefinition } from '../../registry/apiextensions/definition.js';
import { isConditionTrue } from '../../registry/apiextensions/definition.js';
import { asJson } from '../../registry/object.js';
import { crdPrinter, type PrinterColumn, type TablePrinter } from '../../registry/printers/index.js';
import type { CustomOpenApi } from '../../registry/custom-open-api.js';
import type { ResourceDefinition, Subresource } from '../../registry/resource.js';
import { Store, type StoreEnvironment } from '../../registry/store.js';
import type { Strategy } from '../../registry/strategy.js';
import { typeRegistry } from '../../schema/types.js';
import type { Json, JsonObject, StructType } from '../../schema/type.js';
import { CustomCodec } from './codec.js';
import { ConversionsAhead, NO_CONVERSION, type ObjectConverter } from './conversion.js';
import { WebhookConverter, type ConversionEnvironment } from './conversion-webhook.js';
import { deprecationWarnings } from './deprecation.js';
import { Rules } from './rules.js';
import { CustomScale, replicasPaths } from './scale.js';
import { SchemaSet, type VersionSchema } from './schema-set.js';
import { fieldLabelsOf } from './selectable-fields.js';
import { customStatusStrategy, customStrategy } from './strategy.js';
import { VersionForm } from './version-form.js';

const VERBS: readonly string[] = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];
/** What discovery tells while the definition is being deleted; the others still work, but for creation. */
const TERMINATING_VERBS: readonly string[] = ['delete', 'deletecollection', 'get', 'list', 'watch'];
const NO_VERBS: readonly string[] = [];
const VIEW_VERBS: readonly string[] = ['get', 'patch', 'update'];

let forms = 0;

/** The served versions of a definition whose names are accepted, each as a resource of its own. */
export function customResources(
  definition: CustomResourceDefinition,
  environment: StoreEnvironment,
  conversions?: ConversionEnvironment,
): ResourceDefinition[] {
  const schemas = new SchemaSet(definition);
  const { conversion } = definition.spec;
  const converter =
    conversion?.strategy === 'Webhook' && conversions !== undefined
      ? new WebhookConverter(definition.metadata.name ?? '', conversion, conversions)
      : NO_CONVERSION;
  const codec = new CustomCodec(schemas);
  const served = [...schemas.versions.values()].filter(({ version }) => version.served === true);
  return served.map((version) => new CustomResource(definition, schemas, version, codec, environment, converter));
}

/** One served version of a custom resource. What requests need is made when they come. */
class CustomResource implements ResourceDefinition {
  readonly custom = true;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly singular: string;
  readonly kind: string;
  readonly listKind: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly verbs = VERBS;
  readonly listedVerbs: readonly string[] | undefined;
  readonly storageVersionHash: string | undefined;
  readonly warnings: readonly string[] | undefined;
  readonly strategy: Strategy;
  readonly store: Store;
  readonly conversion: VersionForm;
  readonly fieldLabels: ResourceDefinition['fieldLabels'];
  readonly subresources: ReadonlyMap<string, Subresource>;
  readonly openApi: CustomOpenApi | undefined;
  readonly converting: ResourceDefinition['converting'];
  private readonly ahead: ConversionsAhead;
  private readonly rules: Rules;
  private madePrinter: TablePrinter | undefined;

  constructor(
    definition: CustomResourceDefinition,
    private readonly schemas: SchemaSet,
    private readonly schema: VersionSchema,
    readonly codec: CustomCodec,
    environment: StoreEnvironment,
    converter: ObjectConverter,
  ) {
    const { spec, status } = definition;
    const names = status.acceptedNames;
    const terminating = isConditionTrue(definition, 'Terminating');
    this.group = schemas.group;
    this.version = schema.name;
    this.resource = names.plural ?? '';
    this.singular = names.singular ?? '';
    this.kind = schemas.kind;
    this.listKind = names.listKind ?? '';
    this.namespaced = spec.scope === 'Namespaced';
    this.shortNames = names.shortNames ?? [];
    this.categories = names.categories ?? [];
    this.listedVerbs = !isConditionTrue(definition, 'Established') ? NO_VERBS : terminating ? TERMINATING_VERBS : undefined;
    const stored = schemas.versions.get(schemas.storageVersion);
    this.storageVersionHash = stored?.version.served === true ? versionHash(this.group, stored.name, spec.names.kind ?? '') : undefined;
    this.warnings = deprecationWarnings(definition, schema.version);
    this.conversion = new VersionForm(`${schema.apiVersion} ${String(++forms)}`, schemas, schema, converter);
    this.ahead = new ConversionsAhead(converter);
    if (converter.now === undefined) this.converting = (work) => this.ahead.run(work);
    this.rules = new Rules(schema.structural, (structural) => cel().ruleValidator(structural));
    this.strategy = customStrategy({ group: this.group, resource: this.resource, kind: this.kind, terminating }, schema, this.rules);
    const resource = { group: this.group, resource: this.resource, kind: this.kind, namespaced: this.namespaced };
    this.store = new Store(resource, this.strategy, environment, this.conversion);
    this.fieldLabels = fieldLabelsOf(schema.version.selectableFields, this.conversion);
    this.subresources = this.makeSubresources(terminating);
    this.openApi = isConditionTrue(definition, 'Established') ? this.published() : undefined;
  }

  get type(): StructType {
    return this.schema.type;
  }

  readonly versionConverter = (): VersionConverter => ({
    convert: (object, apiVersion) => {
      if (!this.isVersion(apiVersion)) throw new Error(`request to convert CR to an invalid group/version: ${apiVersion}`);
      return this.ahead.convert(object as JsonObject, apiVersion);
    },
    typeOf: (apiVersion) => this.schemaOf(apiVersion)?.type,
  });

  readonly printer = (): TablePrinter => {
    this.madePrinter ??= this.makePrinter();
    return this.madePrinter;
  };

  private published(): CustomOpenApi {
    const { group, version, resource, kind, listKind, namespaced, subresources } = this;
    return {
      group,
      version,
      resource,
      kind,
      listKind,
      namespaced,
      schema: this.schema.structural?.source as Json | undefined,
      preserveUnknownFields: this.schemas.preserveUnknownFields,
      status: subresources.has('status'),
      scale: subresources.has('scale'),
      selectableFields: this.schema.version.selectableFields?.map(({ jsonPath = '' }) => jsonPath),
    };
  }

  private isVersion(apiVersion: string): boolean {
    return this.schemaOf(apiVersion) !== undefined;
  }

  private schemaOf(apiVersion: string): VersionSchema | undefined {
    for (const schema of this.schemas.versions.values()) if (schema.apiVersion === apiVersion) return schema;
    return undefined;
  }

  private makePrinter(): TablePrinter {
    const printer = crdPrinter(this.schema.version.additionalPrinterColumns as readonly PrinterColumn[] | undefined);
    const form = this.conversion;
    return { ...printer, cells: (object, now) => printer.cells(asJson(form.fromStorage(object as never)), now) };
  }

  private makeSubresources(terminating: boolean): ReadonlyMap<string, Subresource> {
    const made = new Map<string, Subresource>();
    const { status, scale } = this.schema.version.subresources ?? {};
    if (status !== undefined) {
      const kind = { group: this.group, resource: this.resource, kind: this.kind, terminating };
      made.set('status', { form: 'view', strategy: customStatusStrategy(this.strategy, kind, this.schema, this.rules), verbs: VIEW_VERBS });
    }
    const gvk = { group: 'autoscaling', version: 'v1', kind: 'Scale' };
    const type = scale === undefined ? undefined : typeRegistry().typeOf(gvk);
    if (scale !== undefined && type !== undefined) {
      const projection = new CustomScale(this.schema, scale, this.conversion, replicasPaths(this.schemas));
      made.set('scale', { form: 'projection', gvk, type, verbs: VIEW_VERBS, projection });
    }
    return made;
  }
}

/** Go: discovery.StorageVersionHash. */
function versionHash(group: string, version: string, kind: string): string {
  return createHash('sha256').update(`${group}/${version}/${kind}`).digest().subarray(0, 8).toString('base64');
}
