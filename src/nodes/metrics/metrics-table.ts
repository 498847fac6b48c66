import { totalUsage, type Metrics } from './metrics-objects.js';

const COLUMNS = [
  { name: 'Name', format: 'name', description: 'Name of the resource' },
  { name: 'cpu', format: 'quantity', description: 'Usage of cpu' },
  { name: 'memory', format: 'quantity', description: 'Usage of memory' },
  { name: 'Window', format: 'duration', description: 'What the usage was measured over' },
].map((column) => ({ ...column, type: 'string', priority: 0 }));

/** What `kubectl get nodes.metrics` shows. */
export function metricsTable(items: readonly Metrics[]): object {
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: {},
    columnDefinitions: COLUMNS,
    rows: items.map((metrics) => {
      const { cpu, memory } = totalUsage(metrics);
      const { metadata } = metrics;
      const object = { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata };
      return { cells: [metadata.name, cpu, memory, metrics.window], object };
    }),
  };
}
