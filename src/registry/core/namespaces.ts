import { invalid, NamedString, type FieldError } from '../../apimachinery/field-error.js';
import { FieldPath } from '../../apimachinery/field-path.js';
import { formatTime } from '../../apimachinery/time.js';
import { nameIsPathSegment, validateNamespaceName } from '../../apimachinery/validation/names.js';
import { validateFinalizerName } from '../../apimachinery/validation/object-meta.js';
import type { NamespaceSpec, NamespaceStatus } from '../../schema/generated/core-v1.js';
import { compareKeys, sortKeys } from '../../schema/sort-keys.js';
import type { BehaviourFactory } from '../behaviour.js';
import { markOnFirstDelete } from '../first-delete.js';
import { fieldAt } from '../matcher.js';
import { withOwnMetadata, type KubeObject, type ObjectMeta } from '../object.js';
import { keepField } from '../spec-status.js';
import { strategyFor, type DeleteOptions, type Strategy } from '../strategy.js';
import { kubeFinalizerNameErrors } from './finalizers.js';
import { metadataErrors, metadataUpdateErrors } from './metadata.js';

interface Namespace extends KubeObject {
  spec: NamespaceSpec;
  status: NamespaceStatus;
}

const NAME_LABEL = 'kubernetes.io/metadata.name';
/** The finalizer of the namespace controller, in spec. */
const KUBERNETES = 'kubernetes';
const ORPHAN = 'orphan';
const FOREGROUND = 'foregroundDeletion';
const FINALIZERS = FieldPath.of('spec', 'finalizers');
const PHASE = FieldPath.of('status', 'Phase');

/** Every namespace can be selected by its name (KEP-2161). */
function labelWithName(metadata: ObjectMeta): void {
  const { name = '', labels } = metadata;
  if (labels?.[NAME_LABEL] === name) return;
  metadata.labels = sortKeys({ ...labels, [NAME_LABEL]: name });
}

function finalizerErrors(spec: NamespaceSpec, pathOf: (index: number) => FieldPath): FieldError[] {
  return (spec.finalizers ?? []).flatMap((name, i) => [
    ...validateFinalizerName(name, pathOf(i)),
    ...kubeFinalizerNameErrors(name, pathOf(i)),
  ]);
}

/**
 * The first DELETE marks a namespace as terminating; it goes when spec has no
 * finalizers left, which is what the namespace controller sees to.
 */
const deleteNamespace: NonNullable<Strategy['delete']> = (store, name, options, _context, validate) =>
  markOnFirstDelete<Namespace>(store, name, options, validate, {
    mark(old) {
      const object: Namespace = { ...(withOwnMetadata(old) as Namespace), status: { ...old.status, phase: 'Terminating' } };
      object.metadata.deletionTimestamp = formatTime(store.environment.clock.now());
      object.metadata.finalizers = finalizersAfter(old.metadata.finalizers, options);
      return object;
    },
    again: (old) => (old.spec.finalizers?.length ?? 0) > 0,
  });

const shared: Strategy<Namespace> = {
  validateName: nameIsPathSegment,
  validatesMetadata: true,
  delete: deleteNamespace,
  shouldDeleteDuringUpdate: (namespace) => (namespace.spec.finalizers?.length ?? 0) === 0,
  canonicalize(namespace) {
    // A generated name wasn't known when defaults were filled in.
    labelWithName(namespace.metadata);
  },
};

const main: Strategy<Namespace> = {
  ...shared,
  prepareForCreate(namespace) {
    namespace.status = { phase: 'Active' };
    const finalizers = namespace.spec.finalizers ?? [];
    if (!finalizers.includes(KUBERNETES)) namespace.spec.finalizers = [...finalizers, KUBERNETES];
  },
  prepareForUpdate(namespace, old) {
    namespace.spec = { ...namespace.spec, finalizers: old.spec.finalizers };
    keepField(namespace, old, 'status');
  },
  validate: ({ metadata, spec }) => [...metadataErrors(metadata, false, validateNamespaceName), ...finalizerErrors(spec, () => FINALIZERS)],
  validateUpdate: ({ metadata, spec }, old) => [
    ...metadataErrors(metadata, false, validateNamespaceName),
    ...finalizerErrors(spec, () => FINALIZERS),
    ...metadataUpdateErrors(metadata, old.metadata),
  ],
  resetFields: [['status']],
};

const status: Strategy<Namespace> = {
  ...shared,
  prepareForUpdate(namespace, old) {
    keepField(namespace, old, 'spec');
  },
  validateUpdate: ({ metadata, status: { phase = '' } }, old) => {
    const errors = metadataUpdateErrors(metadata, old.metadata);
    const wanted = metadata.deletionTimestamp === undefined ? 'Active' : 'Terminating';
    if (phase !== wanted) {
      const when = wanted === 'Active' ? 'empty' : 'not empty';
      errors.push(invalid(PHASE, new NamedString(phase), `may only be '${wanted}' if \`deletionTimestamp\` is ${when}`));
    }
    return errors;
  },
  resetFields: [['spec']],
};

const finalize: Strategy<Namespace> = {
  ...shared,
  prepareForUpdate(namespace, old) {
    keepField(namespace, old, 'status');
  },
  validateUpdate: ({ metadata, spec }, old) => [
    ...metadataUpdateErrors(metadata, old.metadata),
    ...finalizerErrors(spec, (i) => FINALIZERS.index(i)),
  ],
  resetFields: [['status']],
};

function finalizersAfter(current: readonly string[] | undefined, options: DeleteOptions): string[] | undefined {
  const names = new Set(current ?? []);
  const { orphanDependents, propagationPolicy } = options;
  const set = (name: string, wanted: boolean): void => {
    if (wanted) names.add(name);
    else names.delete(name);
  };
  if (orphanDependents !== undefined || propagationPolicy !== undefined) {
    set(ORPHAN, orphanDependents ?? propagationPolicy === 'Orphan');
    set(FOREGROUND, orphanDependents !== undefined ? !orphanDependents : propagationPolicy === 'Foreground');
  }
  return names.size === 0 ? undefined : [...names].sort(compareKeys);
}

/** Namespaces: terminating before they go, with finalizers in spec. */
export const namespaces: BehaviourFactory = () => ({
  strategy: strategyFor(main),
  status: strategyFor(status),
  views: { finalize: strategyFor(finalize) },
  returnsDeleted: true,
  namespaceFieldLabel: false,
  fieldLabels: { 'status.phase': fieldAt('status.phase') },
  defaults(object) {
    if (object.metadata.name) labelWithName(object.metadata);
    const namespace = object as Namespace;
    namespace.status.phase ||= 'Active';
  },
});
