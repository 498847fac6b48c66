/**
 * Sets an own property whatever its name: a user's key `__proto__` becomes a
 * plain property instead of the object's prototype.
 */
export function setOwn<T>(target: { [key: string]: T }, key: string, value: T): void {
  if (key === '__proto__') Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
  else target[key] = value;
}
