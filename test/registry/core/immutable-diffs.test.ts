import { expect, it } from 'vitest';
import { Served } from '../support/served.js';

const SPEC = 'spec: Forbidden:';
const POD = {
  metadata: { name: 'x' },
  spec: { containers: [{ name: 'c', image: 'i', env: [{ name: 'A', value: '1' }] }] },
};
const CLAIM = {
  metadata: { name: 'x' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, storageClassName: 's' },
};
const VOLUME = {
  metadata: { name: 'x' },
  spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], nfs: { server: 's', path: '/p' } },
};

/** What the real server answers, its lines as they are. */
const CASES: readonly (readonly [resource: string, object: object, patch: object, message: string])[] = [
  [
    'namespaces/default/pods',
    POD,
    { spec: { containers: [{ name: 'c', image: 'i', env: [{ name: 'A', value: '2' }] }] } },
    `Pod "x" is invalid: ${SPEC} pod updates may not change fields other than \`spec.containers[*].image\`,\`spec.initContainers[*].image\`,\`spec.activeDeadlineSeconds\`,\`spec.tolerations\` (only additions to existing tolerations),\`spec.terminationGracePeriodSeconds\` (allow it to be set to 1 if it was previously negative)
@@ -13,7 +13,7 @@
    "Env": [
     {
      "Name": "A",
-     "Value": "1",
+     "Value": "2",
      "ValueFrom": null
     }
    ],
`,
  ],
  [
    'namespaces/default/persistentvolumeclaims',
    CLAIM,
    { spec: { storageClassName: 't' } },
    `PersistentVolumeClaim "x" is invalid: ${SPEC} spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims
@@ -10,7 +10,7 @@
   }
  },
  "VolumeName": "",
- "StorageClassName": "s",
+ "StorageClassName": "t",
  "VolumeMode": "Filesystem",
  "DataSource": null,
  "DataSourceRef": null,
`,
  ],
  [
    'persistentvolumes',
    VOLUME,
    { spec: { nfs: { path: '/q' } } },
    `PersistentVolume "x" is invalid: spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation
@@ -5,7 +5,7 @@
  "Glusterfs": null,
  "NFS": {
   "Server": "s",
-  "Path": "/p",
+  "Path": "/q",
   "ReadOnly": false
  },
  "RBD": null,
`,
  ],
];

it.each(CASES)('a refused change of %s is shown as the real server shows it', async (resource, object, patch, message) => {
  const served = new Served();
  await served.begin();
  expect((await served.ask(`POST /api/v1/${resource}`, object)).code).toBe(201);
  expect((await served.ask(`PATCH /api/v1/${resource}/x`, patch)).body).toMatchObject({ code: 422, message });
});
