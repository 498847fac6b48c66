import type { ControllerDescriptor } from '../descriptor.js';
import { attributesClassProtectionController } from './attributes-class-protection.js';
import { claimProtectionController } from './claim-protection.js';
import { ephemeralVolumeController } from './ephemeral-volume.js';
import { hostpathProvisionerController } from './hostpath-provisioner.js';
import { persistentVolumeBinderController } from './persistent-volume-binder/index.js';
import { volumeExpanderController } from './volume-expander.js';
import { volumeProtectionController } from './volume-protection.js';

export const storageControllers: readonly ControllerDescriptor[] = [
  attributesClassProtectionController,
  claimProtectionController,
  ephemeralVolumeController,
  hostpathProvisionerController,
  persistentVolumeBinderController,
  volumeExpanderController,
  volumeProtectionController,
];
