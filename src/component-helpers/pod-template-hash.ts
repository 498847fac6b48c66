import { fnv32a, safeEncodeString } from '../apimachinery/hash.js';
import type { StructType } from '../schema/type.js';
import { typeRegistry } from '../schema/types.js';
import type { PodTemplateSpec } from '../schema/generated/core-v1.js';
import { goDump } from './go-dump.js';

let templateType: StructType | undefined;

/**
 * The value of `pod-template-hash`, and the end of a replica set's name (Go:
 * controller.ComputeHash). The template is as the server stores it.
 */
export function podTemplateHash(template: PodTemplateSpec, collisionCount: number | undefined): string {
  templateType ??= requireType('io.k8s.api.core.v1.PodTemplateSpec');
  let hash = fnv32a(goDump(templateType, template));
  if (collisionCount !== undefined) {
    const bytes = Buffer.alloc(8);
    bytes.writeUInt32LE(collisionCount);
    hash = fnv32a(bytes, hash);
  }
  return safeEncodeString(String(hash));
}

function requireType(name: string): StructType {
  const type = typeRegistry().typeByName(name);
  if (type === undefined) throw new Error(`the facts don't know ${name}`);
  return type;
}
