import type { OwnerReference } from '../../../client/client.js';
import type { Pod } from '../../../component-helpers/pods.js';
import type { Container } from '../../../schema/generated/core-v1.js';
import { podFromTemplate } from '../common/pod-control.js';
import { COMPLETION_INDEX, TRACKING_FINALIZER } from './job-pods.js';
import type { Job } from './types.js';

/** Bytes of a generated name that are kept before its random end. */
const LONGEST_PREFIX = 58;
const INDEX_VARIABLE = 'JOB_COMPLETION_INDEX';

/** A pod of a job that isn't Indexed. */
export function jobPod(job: Job, reference: OwnerReference): Pod {
  const pod = podFromTemplate(job.spec.template, job, reference);
  const finalizers = pod.metadata.finalizers ?? [];
  if (!finalizers.includes(TRACKING_FINALIZER)) pod.metadata.finalizers = [...finalizers, TRACKING_FINALIZER];
  return pod;
}

/** The pod of one completion index. @param annotations further ones */
export function indexedJobPod(job: Job, reference: OwnerReference, index: number, annotations: Readonly<Record<string, string>>): Pod {
  const pod = jobPod(job, reference);
  const { metadata, spec } = pod;
  const name = job.metadata.name ?? '';
  const end = `-${String(index)}-`;
  metadata.generateName = name.length + end.length > LONGEST_PREFIX ? name.slice(0, LONGEST_PREFIX - end.length) + end : name + end;
  metadata.annotations = { ...metadata.annotations, [COMPLETION_INDEX]: String(index), ...annotations };
  metadata.labels = { ...metadata.labels, [COMPLETION_INDEX]: String(index) };
  return {
    ...pod,
    spec: {
      ...spec,
      hostname: `${name}-${String(index)}`,
      containers: (spec.containers ?? []).map(withIndex),
      ...(spec.initContainers === undefined ? {} : { initContainers: spec.initContainers.map(withIndex) }),
    },
  };
}

/** The container with its pod's index in the environment, unless the user has set the variable. */
function withIndex(container: Container): Container {
  const { env = [] } = container;
  if (env.some(({ name }) => name === INDEX_VARIABLE)) return container;
  const variable = { name: INDEX_VARIABLE, valueFrom: { fieldRef: { fieldPath: `metadata.labels['${COMPLETION_INDEX}']` } } };
  return { ...container, env: [...env, variable] };
}
