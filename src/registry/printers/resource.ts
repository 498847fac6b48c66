import type { DeviceClass, ResourceClaim, ResourceSlice } from '../../schema/generated/resource-v1.js';
import { nameAndAgeColumns } from './columns/column.js';
import { resourceClaimColumns, resourceSliceColumns } from './columns/resource.js';
import { ageOf } from './format/age.js';
import { printer, type PrintersByResource, type View } from './printer.js';

/** Device classes and templates of claims. */
const nameAndAge = printer<DeviceClass>({
  columns: nameAndAgeColumns,
  cells: ({ metadata }, now) => [metadata?.name ?? '', ageOf(metadata?.creationTimestamp, now)],
});

const resourceClaims = printer<ResourceClaim>({
  columns: resourceClaimColumns,
  cells: (claim, now) => [claim.metadata?.name ?? '', claimState(claim), ageOf(claim.metadata?.creationTimestamp, now)],
});

/** `deleted,allocated,reserved`, as far as it applies. */
function claimState({ metadata, status }: View<ResourceClaim>): string {
  const deleted = metadata?.deletionTimestamp != null;
  if (status?.allocation == null) return deleted ? 'deleted' : 'pending';
  const state = (status.reservedFor?.length ?? 0) > 0 ? 'allocated,reserved' : 'allocated';
  return deleted ? `deleted,${state}` : state;
}

const resourceSlices = printer<ResourceSlice>({
  columns: resourceSliceColumns,
  cells: ({ metadata, spec }, now) => [
    metadata?.name ?? '',
    spec?.nodeName ?? '',
    spec?.driver ?? '',
    spec?.pool?.name ?? '',
    ageOf(metadata?.creationTimestamp, now),
  ],
});

export const resourcePrinters: PrintersByResource = {
  deviceclasses: nameAndAge,
  resourceclaims: resourceClaims,
  resourceclaimtemplates: nameAndAge,
  resourceslices: resourceSlices,
};
