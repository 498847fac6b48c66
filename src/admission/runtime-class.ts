import { goQuote } from '../apimachinery/field-error.js';
import { semanticEqual } from '../apimachinery/semantic-equal.js';
import { plainError } from '../apimachinery/status.js';
import type { BehaviourEnvironment } from '../registry/behaviour.js';
import { typed, type KubeObject, type Typed } from '../registry/object.js';
import { sortKeys } from '../schema/sort-keys.js';
import type { Pod } from '../schema/generated/core-v1.js';
import type { RuntimeClass } from '../schema/generated/node-v1.js';
import { asGiven } from '../schema/given-empty.js';
import type { AdmissionPlugin, Attributes } from './admission.js';
import { forbid } from './forbid.js';
import { invalidNameFault, isCore, on, StoredObjects } from './objects.js';
import { mergeTolerations } from './tolerations.js';

type Class = KubeObject & RuntimeClass;

const MISMATCH = "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead";

/** Pods get the overhead and the nodes of their runtime class (Go: plugin/pkg/admission/runtimeclass). */
export function runtimeClass(environment: BehaviourEnvironment): AdmissionPlugin {
  const classes = new StoredObjects<Class>(environment, { group: 'node.k8s.io', resource: 'runtimeclasses' });

  const classOf = async (attributes: Attributes, name: string): Promise<Class> => {
    const found = await classes.get('', name);
    if (found !== undefined) return found;
    const fault = name === '' ? 'resource name may not be empty' : invalidNameFault(name);
    if (fault !== undefined) throw plainError(500, fault);
    throw forbid(attributes, `pod rejected: RuntimeClass ${goQuote(name)} not found`);
  };

  return {
    name: 'RuntimeClass',
    resources: ['/pods'],
    handles: on('CREATE'),
    admit(attributes) {
      if (!isCore(attributes, 'pods') || attributes.object === undefined) return;
      const pod = typed<Pod>(attributes.object);
      const name = pod.spec.runtimeClassName;
      if (name === undefined) return;
      return classOf(attributes, name).then((found) => {
        setOverhead(attributes, pod, found);
        setScheduling(attributes, pod, found);
      });
    },
    validate(attributes) {
      if (!isCore(attributes, 'pods') || attributes.object === undefined) return;
      const { spec } = typed<Pod>(attributes.object);
      if (spec.runtimeClassName === undefined) {
        checkOverhead(attributes, asGiven(spec, 'overhead'), undefined);
        return;
      }
      return classOf(attributes, spec.runtimeClassName).then((found) => {
        checkOverhead(attributes, asGiven(spec, 'overhead'), found);
      });
    },
  };
}

function setOverhead(attributes: Attributes, { spec }: Typed<Pod>, { overhead }: Class): void {
  if (overhead === undefined) return;
  const fixed = overhead.podFixed;
  if (Object.keys(spec.overhead ?? {}).length > 0 && !semanticEqual(fixed, spec.overhead)) throw forbid(attributes, MISMATCH);
  if (fixed === undefined) delete spec.overhead;
  else spec.overhead = { ...fixed };
}

function checkOverhead(attributes: Attributes, given: Pod['spec']['overhead'] | null, found: Class | undefined): void {
  if (found?.overhead !== undefined) {
    if (!semanticEqual(found.overhead.podFixed, given)) throw forbid(attributes, MISMATCH);
  } else if (given !== null) throw forbid(attributes, 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead');
}

function setScheduling(attributes: Attributes, { spec }: Typed<Pod>, { scheduling }: Class): void {
  if (scheduling === undefined) return;
  const wanted = scheduling.nodeSelector ?? {};
  const given = spec.nodeSelector;
  for (const [key, value] of Object.entries(wanted)) {
    const own = given !== undefined && Object.hasOwn(given, key) ? given[key] : value;
    if (own === value) continue;
    throw forbid(
      attributes,
      `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${own ?? ''}`,
    );
  }
  if (Object.keys(wanted).length > 0) spec.nodeSelector = sortKeys({ ...given, ...wanted });
  const tolerations = mergeTolerations(spec.tolerations ?? [], scheduling.tolerations ?? []);
  if (tolerations.length > 0) spec.tolerations = tolerations;
}
