import type { TypeProvider } from '../checker/scope.js';
import { BOOL, DYN, INT, listOf, mapOf, STRING, structType, TIMESTAMP, type CelType } from '../types/type.js';

/** Object types whose fields are known beforehand, by their names. */
type Declared = Readonly<Record<string, Readonly<Record<string, CelType>>>>;

export const REQUEST = structType('kubernetes.AdmissionRequest');
export const NAMESPACE = structType('kubernetes.Namespace');
const GVK = structType('kubernetes.GroupVersionKind');
const GVR = structType('kubernetes.GroupVersionResource');
const USER = structType('kubernetes.UserInfo');
const TEXTS = mapOf(STRING, STRING);

/** What expressions see of a request and of its namespace (Go: admission/plugin/cel.BuildRequestType, BuildNamespaceType). */
const DECLARED: Declared = {
  [GVK.name]: { group: STRING, version: STRING, kind: STRING },
  [GVR.name]: { group: STRING, version: STRING, resource: STRING },
  [USER.name]: { username: STRING, uid: STRING, groups: listOf(STRING), extra: mapOf(STRING, listOf(STRING)) },
  [REQUEST.name]: {
    kind: GVK,
    resource: GVR,
    subResource: STRING,
    requestKind: GVK,
    requestResource: GVR,
    requestSubResource: STRING,
    name: STRING,
    namespace: STRING,
    operation: STRING,
    userInfo: USER,
    dryRun: BOOL,
    options: DYN,
  },
  [NAMESPACE.name]: {
    metadata: structType('kubernetes.NamespaceMetadata'),
    spec: structType('kubernetes.NamespaceSpec'),
    status: structType('kubernetes.NamespaceStatus'),
  },
  'kubernetes.NamespaceSpec': { finalizers: listOf(STRING) },
  'kubernetes.NamespaceStatus': { conditions: listOf(structType('kubernetes.NamespaceCondition')), phase: STRING },
  'kubernetes.NamespaceCondition': { status: STRING, type: STRING, lastTransitionTime: TIMESTAMP, message: STRING, reason: STRING },
  'kubernetes.NamespaceMetadata': {
    name: STRING,
    generateName: STRING,
    namespace: STRING,
    labels: TEXTS,
    annotations: TEXTS,
    UID: STRING,
    creationTimestamp: TIMESTAMP,
    deletionGracePeriodSeconds: INT,
    deletionTimestamp: TIMESTAMP,
    generation: INT,
    resourceVersion: STRING,
    finalizers: listOf(STRING),
  },
};

export const DECLARED_TYPES: TypeProvider = {
  struct: (name) => (Object.hasOwn(DECLARED, name) ? structType(name) : undefined),
  field(structName, field) {
    const fields = Object.hasOwn(DECLARED, structName) ? DECLARED[structName] : undefined;
    return fields !== undefined && Object.hasOwn(fields, field) ? fields[field] : undefined;
  },
};
