import { isTolerated } from '../../component-helpers/tolerations.js';
import { onNode, onPod } from '../cluster-event.js';
import type { FilterPlugin } from '../plugin.js';
import { Rejection } from '../rejection.js';

const NAME = 'NodeUnschedulable';
const TAINT = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };
const REJECTION = Rejection.unresolvable(NAME, 'node(s) were unschedulable');

/** Cordoned nodes take only pods that tolerate it. */
export const nodeUnschedulable: FilterPlugin = {
  name: NAME,
  events: [
    onNode(
      ['Add', 'UpdateNodeTaint'],
      (_, now, old) => now?.spec.unschedulable !== true && (old === undefined || old.spec.unschedulable === true),
    ),
    onPod(['UpdatePodToleration'], (pod, now) => now?.metadata.uid === pod.uid && isTolerated(TAINT, now.spec.tolerations)),
  ],
  prepare({ pod }) {
    if (isTolerated(TAINT, pod.spec.tolerations)) return undefined;
    return { filter: ({ node }) => (node.spec.unschedulable === true ? REJECTION : undefined) };
  },
};
