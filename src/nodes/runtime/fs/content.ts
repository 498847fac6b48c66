/** Bytes of a page. */
const PAGE = 64 * 1024;
const EMPTY = new Uint8Array(0);
const ZEROS = new Uint8Array(PAGE);
/** Pages that nobody uses any more: a file that is written over and over should cost no collections. */
const SPARE: Uint8Array[] = [];
const MAX_SPARE = 256;

/**
 * A file's bytes. They grow page by page, so that a file costs what it holds and at most a page
 * more; and what a reader was given stays as it was, since a page is copied before it is written over.
 */
export class Content {
  /** All of it in one piece, as it was given or last asked for; undefined once it was written to. */
  private whole: Uint8Array | undefined;
  /** Otherwise in pages of PAGE bytes; the last one may be shorter, or have room behind the end. */
  private pages: Uint8Array[] = [];
  private size: number;
  /** Whether somebody was given a part of a page. */
  private isShared = false;

  /** @param bytes shared with the caller; nobody may write to them any more */
  constructor(bytes: Uint8Array = EMPTY) {
    this.whole = bytes;
    this.size = bytes.length;
  }

  get length(): number {
    return this.size;
  }

  /** Bytes from `position` on, at most `max`, and as many as need no copying; none at the end. Not to be written to. */
  read(position: number, max: number): Uint8Array {
    const end = Math.min(position + max, this.size);
    if (position >= end) return EMPTY;
    if (this.whole !== undefined) return this.whole.subarray(position, end);
    this.isShared = true;
    const start = position - (position % PAGE);
    return (this.pages[start / PAGE] ?? EMPTY).subarray(position - start, end - start);
  }

  /** All of it. Not to be written to. */
  bytes(): Uint8Array {
    if (this.whole === undefined) {
      this.whole = this.pages.length === 1 ? this.read(0, this.size) : Buffer.concat(this.pages, this.size);
      this.pages = [];
    }
    return this.whole;
  }

  /** Writes over what is there and beyond its end; a gap becomes zeros. Nobody may write to `bytes` afterwards: whole pages are kept as they are. */
  write(position: number, bytes: Uint8Array): void {
    if (this.whole !== undefined) this.split(this.whole);
    while (this.size < position) this.put(this.size, ZEROS.subarray(0, Math.min(PAGE - (this.size % PAGE), position - this.size)));
    for (let done = 0; done < bytes.length;) {
      const part = bytes.subarray(done, done + PAGE - ((position + done) % PAGE));
      this.put(position + done, part);
      done += part.length;
    }
  }

  truncate(): void {
    if (!this.isShared) for (const page of this.pages) if (page.length === PAGE && SPARE.length < MAX_SPARE) SPARE.push(page);
    this.isShared = false;
    this.whole = EMPTY;
    this.pages = [];
    this.size = 0;
  }

  private split(whole: Uint8Array): void {
    this.isShared = true;
    for (let start = 0; start < whole.length; start += PAGE) this.pages.push(whole.subarray(start, start + PAGE));
    this.whole = undefined;
  }

  /** Writes to one page. */
  private put(position: number, bytes: Uint8Array): void {
    const index = Math.floor(position / PAGE);
    const offset = position % PAGE;
    const end = offset + bytes.length;
    let page = this.pages[index];
    if (page === undefined && bytes.length === PAGE && bytes.buffer.byteLength === PAGE) {
      this.isShared = true;
      this.pages[index] = bytes;
      this.size = end + index * PAGE;
      return;
    }
    if (page === undefined || page.length < end || position < this.size) {
      const larger = pageOf(Math.max(end, Math.min(PAGE, 2 * (page?.length ?? 0))));
      if (page !== undefined) larger.set(page);
      this.pages[index] = page = larger;
    }
    page.set(bytes, offset);
    this.size = Math.max(this.size, position + bytes.length);
  }
}

/** @returns a page with room for so many bytes, of which none are to be read before they are written: they hold anything */
function pageOf(length: number): Uint8Array {
  return (length === PAGE ? SPARE.pop() : undefined) ?? Buffer.allocUnsafeSlow(length);
}
