import { hasCause } from '../../../apimachinery/status.js';
import type { Client } from '../../../client/client.js';
import { ENDPOINT_SLICES } from '../../../component-helpers/resources.js';
import type { EndpointSlice, SliceChanges } from './slice.js';

/** Carries out what is to become of slices. Creates nothing for an owner that is going, or in a namespace that is. */
export async function writeSlices(client: Client, namespace: string, changes: SliceChanges, mayCreate: boolean): Promise<void> {
  const target = { resource: ENDPOINT_SLICES, namespace };
  if (mayCreate) {
    for (const slice of changes.create) {
      try {
        await client.create<EndpointSlice>(target, written(slice));
      } catch (error) {
        if (hasCause(error, 'NamespaceTerminating')) return;
        throw error;
      }
    }
  }
  for (const slice of changes.update) await client.update<EndpointSlice>(target, written(slice));
  for (const { metadata } of changes.remove) await client.delete(target, metadata.name ?? '');
}

/** The real controllers write protobuf, which knows no empty lists: nobody comes to own them. */
function written({ endpoints, ports, ...slice }: EndpointSlice): EndpointSlice {
  return { ...slice, ...(endpoints?.length && { endpoints }), ...(ports?.length && { ports }) };
}
