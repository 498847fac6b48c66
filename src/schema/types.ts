import { TypeRegistry } from './registry.js';

let registry: TypeRegistry | undefined;

/** The built-in types of this process: immutable, so all clusters share them. */
export function typeRegistry(): TypeRegistry {
  registry ??= new TypeRegistry();
  return registry;
}
