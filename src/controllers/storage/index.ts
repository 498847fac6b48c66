import type { ControllerDescriptor } from '../descriptor.js';
import { attachDetachController } from './attach-detach/index.js';
import { attributesClassProtectionController } from './attributes-class-protection.js';
import { claimProtectionController } from './claim-protection.js';
import { deviceTaintEvictionController } from './device-taint-eviction.js';
import { ephemeralVolumeController } from './ephemeral-volume.js';
import { hostpathProvisionerController } from './hostpath-provisioner.js';
import { persistentVolumeBinderController } from './persistent-volume-binder/index.js';
import { resourceClaimController } from './resource-claim.js';
import { volumeExpanderController } from './volume-expander.js';
import { volumeProtectionController } from './volume-protection.js';

export const storageControllers: readonly ControllerDescriptor[] = [
  attachDetachController,
  attributesClassProtectionController,
  claimProtectionController,
  deviceTaintEvictionController,
  ephemeralVolumeController,
  hostpathProvisionerController,
  persistentVolumeBinderController,
  resourceClaimController,
  volumeExpanderController,
  volumeProtectionController,
];
