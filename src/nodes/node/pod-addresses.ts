import { formatAddress, parseNetwork, type Network } from '../../apimachinery/ip.js';

/** Addresses of one range, given out in turn so that one that was given back rests as long as it can (as CNI's host-local does). */
export class AddressPool {
  private readonly network: Network;
  /** Usable numbers of hosts: neither the network itself, its gateway nor its broadcast address. */
  private readonly size: number;
  private readonly taken = new Set<number>();
  private last = 1;

  /** @param cidr such as 10.244.1.0/24 */
  constructor(cidr: string) {
    const network = parseNetwork(cidr);
    if (network === undefined) throw new Error(`not a range of addresses: ${cidr}`);
    this.network = network;
    const bits = (network.address.v6 ? 128 : 32) - network.prefix;
    this.size = 2 ** Math.min(bits, 16);
  }

  /** Undefined if all are taken. */
  take(): string | undefined {
    for (let tries = 0; tries < this.size; tries++) {
      this.last = this.last + 1 >= this.size - 1 ? 2 : this.last + 1;
      if (this.taken.has(this.last)) continue;
      this.taken.add(this.last);
      return this.address(this.last);
    }
    return undefined;
  }

  release(address: string): void {
    for (const host of this.taken) if (this.address(host) === address) this.taken.delete(host);
  }

  private address(host: number): string {
    const bytes = Uint8Array.from(this.network.base.bytes);
    bytes[15] = (bytes[15] ?? 0) + (host & 255);
    bytes[14] = (bytes[14] ?? 0) + (host >> 8);
    return formatAddress({ bytes, v6: this.network.address.v6, leadingZeros: false });
  }
}
