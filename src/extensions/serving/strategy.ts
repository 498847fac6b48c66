import type { FieldError } from '../../apimachinery/field-error.js';
import { FieldPath } from '../../apimachinery/field-path.js';
import { forbiddenError } from '../../apimachinery/status.js';
import { asJson, type KubeObject } from '../../registry/object.js';
import { deepEqual } from '../../registry/object.js';
import { keepField } from '../../registry/spec-status.js';
import type { Strategy } from '../../registry/strategy.js';
import { Correlated } from '../../schema/custom/validation/correlated.js';
import { validateEmbedded } from '../../schema/custom/validation/embedded.js';
import { validateValue } from '../../schema/custom/validation/field-errors.js';
import { validateListTypes } from '../../schema/custom/validation/list-types.js';
import type { JsonObject } from '../../schema/type.js';
import { finalizerWarnings } from './finalizer-warnings.js';
import type { Rules } from './rules.js';
import type { VersionSchema } from './schema-set.js';
import { scaleSpecErrors, scaleStatusErrors, typeMetaErrors } from './validation.js';

/** What a strategy needs to know of its resource. */
export interface CustomKind {
  readonly group: string;
  readonly resource: string;
  readonly kind: string;
  /** The definition is being deleted: no instance may be created any more. */
  readonly terminating: boolean;
}

/** The strategy of one version of a custom resource (Go: customResourceStrategy). */
export function customStrategy(of: CustomKind, version: VersionSchema, rules: Rules): Strategy {
  const { structural } = version;
  const { status, scale } = version.version.subresources ?? {};
  const hasStatus = status !== undefined;
  return {
    allowUnconditionalUpdate: false,
    beginCreate(object) {
      if (of.terminating)
        throw forbiddenError(of, object.metadata.name ?? '', 'create not allowed while custom resource definition is terminating');
      return () => undefined;
    },
    prepareForCreate(object) {
      if (hasStatus) delete object.status;
      object.metadata.generation = 1;
    },
    validate(object, context, sofar) {
      const json = asJson(object);
      const errors = typeMetaErrors(json, of.kind, version.apiVersion);
      if (errors.length > 0) return errors;
      if (structural !== undefined) errors.push(...validateValue(structural.source, json));
      errors.push(
        ...scaleSpecErrors(json, scale),
        ...scaleStatusErrors(json, scale),
        ...validateEmbedded(json, structural, false),
        ...validateListTypes(json, structural),
      );
      return rules.check(errors, context, json, undefined, undefined, sofar);
    },
    warningsOnCreate: ({ metadata }) => finalizerWarnings(metadata.finalizers, undefined),
    prepareForUpdate(object, old) {
      if (hasStatus) keepField(object, old, 'status');
      if (!sameApartFromMetadata(object, old)) object.metadata.generation = (old.metadata.generation ?? 0) + 1;
    },
    validateUpdate(object, old, context, sofar) {
      const json = asJson(object);
      const oldJson = asJson(old);
      const errors = typeMetaErrors(json, of.kind, version.apiVersion);
      if (errors.length > 0) return errors;
      const correlation = structural && new Correlated(json, oldJson, structural);
      if (structural !== undefined) errors.push(...validateValue(structural.source, json, undefined, correlation));
      errors.push(
        ...scaleSpecErrors(json, scale),
        ...scaleStatusErrors(json, scale),
        ...validateEmbedded(json, structural, false),
        ...newListFaults(json, oldJson, version),
      );
      return rules.check(errors, context, json, oldJson, correlation, sofar);
    },
    warningsOnUpdate: ({ metadata }, old) => finalizerWarnings(metadata.finalizers, old.metadata.finalizers),
    resetFields: hasStatus ? [['status']] : [],
  };
}

/** The strategy of /status: nothing but status and managedFields is taken (Go: statusStrategy). */
export function customStatusStrategy(main: Strategy, of: CustomKind, version: VersionSchema, rules: Rules): Strategy {
  const { structural } = version;
  const scale = version.version.subresources?.scale;
  const schema = structural?.property('status');
  return {
    ...main,
    prepareForUpdate(object, old) {
      const { managedFields } = object.metadata;
      const { status } = object;
      for (const name of Object.keys(object)) if (name !== 'metadata') keepField(object, old, name);
      for (const name of Object.keys(old)) if (name !== 'metadata') keepField(object, old, name);
      object.metadata = { ...old.metadata, managedFields };
      if (managedFields === undefined) delete object.metadata.managedFields;
      if (status === undefined) delete object.status;
      else object.status = status;
    },
    validateUpdate(object, old, context, sofar) {
      const json = asJson(object);
      const oldJson = asJson(old);
      const errors = typeMetaErrors(json, of.kind, version.apiVersion);
      if (errors.length > 0) return errors;
      const status = json['status'];
      const correlation = structural && new Correlated(json, oldJson, structural);
      if (status !== undefined && schema !== undefined)
        errors.push(...validateValue(schema.source, status, STATUS, correlation?.key('status')));
      errors.push(...scaleStatusErrors(json, scale), ...newListFaults(json, oldJson, version));
      return rules.check(errors, context, json, oldJson, correlation, sofar);
    },
    warningsOnUpdate: () => [],
    resetFields: [['metadata'], ['spec']],
  };
}

const STATUS = FieldPath.of('status');

/** Lists that had repetitions before may keep them. */
function newListFaults(object: JsonObject, old: JsonObject, { structural }: VersionSchema): FieldError[] {
  const errors = validateListTypes(object, structural);
  return errors.length > 0 && validateListTypes(old, structural).length > 0 ? [] : errors;
}

function sameApartFromMetadata(object: KubeObject, old: KubeObject): boolean {
  return deepEqual({ ...object, metadata: undefined }, { ...old, metadata: undefined });
}
