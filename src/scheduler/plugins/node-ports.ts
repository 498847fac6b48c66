import { onNode, onPod } from '../cluster-event.js';
import { HostPorts, hostPortsOf } from '../host-ports.js';
import type { FilterPlugin } from '../plugin.js';
import { Rejection } from '../rejection.js';

const NAME = 'NodePorts';
const REJECTION = Rejection.unschedulable(NAME, "node(s) didn't have free ports for the requested pod ports");

/** A port of a node serves one pod. */
export const nodePorts: FilterPlugin = {
  name: NAME,
  events: [
    onPod(['Delete'], (pod, _, deleted) => {
      if (deleted === undefined || (!deleted.spec.nodeName && !deleted.status.nominatedNodeName)) return false;
      const freed = new HostPorts();
      for (const port of hostPortsOf(deleted.spec)) freed.add(port);
      return pod.hostPorts.some((port) => freed.conflictsWith(port));
    }),
    onNode(['Add']),
  ],
  prepare({ hostPorts }) {
    if (hostPorts.length === 0) return undefined;
    return { filter: ({ usedPorts }) => (hostPorts.some((port) => usedPorts.conflictsWith(port)) ? REJECTION : undefined) };
  },
};
