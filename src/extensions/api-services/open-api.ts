import { createHash } from 'node:crypto';

interface Index {
  readonly paths?: Readonly<Record<string, { readonly serverRelativeURL?: string }>>;
}

/** The OpenAPI documents that an aggregated server has for one group version. */
export class OpenApiOfServer {
  /** Tells versions of the v3 document apart; undefined if the server has none. */
  hash: string | undefined;
  private version2: Promise<object | undefined> | undefined;

  /** @param name of the document: `apis/metrics.k8s.io/v1beta1` */
  constructor(
    private readonly name: string,
    private readonly fetch: (url: string) => Promise<Buffer>,
  ) {}

  /** Looks whether the server has a new document. Servers without OpenAPI have none. */
  async refresh(): Promise<void> {
    const before = this.hash;
    try {
      const { paths } = JSON.parse((await this.fetch('/openapi/v3')).toString('utf8')) as Index;
      const url = paths?.[this.name]?.serverRelativeURL;
      const given = url === undefined ? undefined : new URL(url, 'https://server').searchParams.get('hash');
      this.hash = url === undefined ? undefined : (given ?? hashOf(await this.v3()));
    } catch {
      this.hash = undefined;
    }
    if (this.hash !== before) this.version2 = undefined;
  }

  /** The v3 document, as JSON. */
  v3(): Promise<Buffer> {
    return this.fetch(`/openapi/v3/${this.name}`);
  }

  /** The v2 document; undefined if the server has none. */
  v2(): Promise<object | undefined> {
    this.version2 ??= this.fetch('/openapi/v2').then(
      (bytes) => JSON.parse(bytes.toString('utf8')) as object,
      () => undefined,
    );
    return this.version2;
  }
}

function hashOf(document: Buffer): string {
  return createHash('sha512').update(document).digest('hex').toUpperCase();
}
