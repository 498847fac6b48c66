import { invalid, NamedString, notSupported, required, type FieldError } from '../../../apimachinery/field-error.js';
import { FieldPath } from '../../../apimachinery/field-path.js';
import { isDns1035Label, isDns1123Subdomain } from '../../../apimachinery/validation/dns.js';
import { validateImmutableField } from '../../../apimachinery/validation/object-meta.js';
import type { CustomResourceDefinitionSpec, CustomResourceSubresources } from '../../../schema/generated/apiextensions-v1.js';
import type { DefinitionVersion } from '../definition.js';
import { conversionErrors } from './conversion.js';
import { goVersions } from './go-values.js';
import type { InternalSpec } from './internal-spec.js';
import { nameErrors, requiredNameErrors } from './names.js';
import { columnErrors, deprecationErrors, selectableFieldErrors, subresourceErrors } from './presentation.js';
import type { Requirements } from './requirements.js';
import { validationErrors } from './schema.js';
import { structuralProblem } from './structural.js';
import { specHas } from './walk-schema.js';

const SPEC = FieldPath.of('spec');
const VERSIONS = SPEC.child('versions');

/** Faults of a definition's spec, in the real server's order (Go: validateCustomResourceDefinitionSpec). */
export function specErrors(spec: InternalSpec, given: Requirements): FieldError[] {
  const preserves = spec.spec.preserveUnknownFields === true;
  const requirements = tightened(spec, given, preserves);
  return [
    ...groupErrors(spec.spec.group ?? ''),
    ...enumErrors(spec.spec.scope ?? '', ['Cluster', 'Namespaced'], SPEC.child('scope')),
    ...missingSchemaErrors(spec, requirements, preserves),
    ...(preserves && specHas(spec, hasDefault)
      ? [invalid(SPEC.child('preserveUnknownFields'), true, 'must be false in order to use defaults in the schema')]
      : []),
    ...spec.versions.flatMap((version, i) => versionErrors(spec, version, requirements, VERSIONS.index(i))),
    ...versionListErrors(spec),
    ...requiredNameErrors(spec.spec.names, SPEC.child('names')),
    ...nameErrors(spec.spec.names, SPEC.child('names')),
    ...sharedErrors(spec, requirements),
    ...conversionStrategyErrors(spec.spec, preserves),
    ...conversionErrors(
      spec.spec.conversion,
      { requireKnownVersion: requirements.knownReviewVersion, allowInvalidCaBundle: requirements.allowInvalidCaBundle },
      SPEC.child('conversion'),
    ),
  ];
}

/** Faults of a change of it; names and scope decide where instances are stored. */
export function specUpdateErrors(spec: InternalSpec, old: CustomResourceDefinitionSpec, requirements: Requirements): FieldError[] {
  const { scope, group, names } = spec.spec;
  const errors = specErrors(spec, requirements);
  if (requirements.immutableNames) {
    errors.push(...immutable(scope, old.scope, SPEC.child('scope'), true));
    errors.push(...immutable(names.kind, old.names.kind, SPEC.child('names', 'kind')));
  }
  errors.push(
    ...immutable(group, old.group, SPEC.child('group')),
    ...immutable(names.plural, old.names.plural, SPEC.child('names', 'plural')),
  );
  return errors;
}

function immutable(value = '', old = '', path: FieldPath, named = false): FieldError[] {
  return validateImmutableField(named ? new NamedString(value) : value, named ? new NamedString(old) : old, path);
}

function hasDefault(schema: { readonly default?: unknown }): boolean {
  return schema.default !== undefined;
}

/** Pruning, defaults and Kubernetes' extensions need structural schemas, whatever was there before. */
function tightened(spec: InternalSpec, requirements: Requirements, preserves: boolean): Requirements {
  if (requirements.structuralSchema) return requirements;
  const structuralSchema =
    !preserves || specHas(spec, hasDefault) || specHas(spec, (schema) => EXTENSIONS.some((name) => schema[name] !== undefined));
  return { ...requirements, structuralSchema };
}

const EXTENSIONS = [
  'x-kubernetes-embedded-resource',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-int-or-string',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-list-type',
  'x-kubernetes-validations',
] as const;

function groupErrors(group: string): FieldError[] {
  const path = SPEC.child('group');
  if (group === '') return [required(path)];
  const messages = isDns1123Subdomain(group);
  if (messages.length > 0) return [invalid(path, group, messages.join(','))];
  return group.includes('.') ? [] : [invalid(path, group, 'should be a domain with at least one dot')];
}

function enumErrors(value: string, accepted: readonly string[], path: FieldPath): FieldError[] {
  if (value === '') return [required(path)];
  return accepted.includes(value) ? [] : [notSupported(path, value, accepted)];
}

function missingSchemaErrors(spec: InternalSpec, { schemas }: Requirements, preserves: boolean): FieldError[] {
  if ((!schemas && preserves) || spec.schema?.openAPIV3Schema !== undefined) return [];
  return spec.versions.flatMap(({ schema, served }, i) => {
    if (schema?.openAPIV3Schema !== undefined || (!schemas && served !== true)) return [];
    const path = VERSIONS.index(i).child('schema', 'openAPIV3Schema');
    return [schemas ? required(path) : required(path, 'because otherwise all fields are pruned')];
  });
}

function versionErrors(spec: InternalSpec, version: DefinitionVersion, requirements: Requirements, path: FieldPath): FieldError[] {
  const { name = '', schema, subresources, additionalPrinterColumns = [], selectableFields = [] } = version;
  const errors: FieldError[] = [];
  const messages = isDns1035Label(name);
  if (messages.length > 0) errors.push(invalid(path.child('name'), name, messages.join(',')));
  errors.push(...deprecationErrors(version, path));
  const isUnchanged = requirements.unchangedSchemas.has(name);
  errors.push(...validationErrors(schema, hasStatus(subresourcesOf(spec, name)), requirements, path.child('schema'), isUnchanged));
  errors.push(...subresourceErrors(subresources, path.child('subresources')));
  additionalPrinterColumns.forEach((column, i) => errors.push(...columnErrors(column, path.child('additionalPrinterColumns').index(i))));
  if (selectableFields.length > 0) {
    const at = path.child('selectableFields');
    const own = schema?.openAPIV3Schema;
    if (own === undefined) errors.push(invalid(at, '', 'may only be set when `version.schema.openAPIV3Schema` is not included'));
    else {
      const problem = structuralProblem(own);
      if (problem !== undefined) errors.push(invalid(path.child('schema.openAPIV3Schema'), '', problem));
      else errors.push(...selectableFieldErrors(selectableFields, own, requirements.tooManySelectableFields.has(name), at));
    }
  }
  return errors;
}

/** Of several versions with one name the first counts. */
function subresourcesOf(spec: InternalSpec, name: string): CustomResourceSubresources | undefined {
  if (spec.versions.every((version) => version.subresources === undefined)) return spec.subresources;
  return spec.versions.find((version) => version.name === name)?.subresources;
}

function hasStatus(subresources: CustomResourceSubresources | undefined): boolean {
  return subresources?.status !== undefined;
}

function versionListErrors({ versions, spec }: InternalSpec): FieldError[] {
  const errors: FieldError[] = [];
  const shown = spec.versions ? goVersions(versions) : null;
  const names = new Set(versions.map((version) => version.name));
  if (names.size !== versions.length) errors.push(invalid(VERSIONS, shown, 'must contain unique version names'));
  if (versions.filter((version) => version.storage === true).length !== 1) {
    errors.push(invalid(VERSIONS, shown, 'must have exactly one version marked as storage version'));
  }
  const first = versions[0]?.name ?? '';
  const messages = first === '' ? [] : isDns1035Label(first);
  if (messages.length > 0) errors.push(invalid(SPEC.child('version'), first, messages.join(',')));
  return errors;
}

/** Faults of what all versions have in common. */
function sharedErrors(spec: InternalSpec, requirements: Requirements): FieldError[] {
  const { schema, subresources, additionalPrinterColumns = [], selectableFields = [], versions } = spec;
  const anyStatus = hasStatus(subresources) || versions.some((version) => hasStatus(version.subresources));
  const errors = validationErrors(
    schema,
    anyStatus,
    requirements,
    SPEC.child('validation'),
    requirements.unchangedSchemas.has(versions[0]?.name ?? ''),
  );
  errors.push(...subresourceErrors(subresources, SPEC.child('subresources')));
  additionalPrinterColumns.forEach((column, i) => errors.push(...columnErrors(column, SPEC.child('additionalPrinterColumns').index(i))));
  if (selectableFields.length === 0) return errors;
  const at = SPEC.child('selectableFields');
  const own = schema?.openAPIV3Schema;
  if (own === undefined) return [...errors, invalid(at, '', 'may only be set when validations.schema is included')];
  const problem = structuralProblem(own);
  if (problem !== undefined) return [...errors, invalid(SPEC.child('schema.openAPIV3Schema'), '', problem)];
  return [...errors, ...selectableFieldErrors(selectableFields, own, requirements.tooManySelectableFields.has(''), at)];
}

function conversionStrategyErrors({ conversion }: CustomResourceDefinitionSpec, preserves: boolean): FieldError[] {
  if (!preserves || conversion === undefined || conversion.strategy === 'None') return [];
  return [
    invalid(
      SPEC.child('conversion', 'strategy'),
      new NamedString(conversion.strategy ?? ''),
      'must be None if spec.preserveUnknownFields is true',
    ),
  ];
}
