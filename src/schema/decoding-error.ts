/**
 * A body (or a value in it) that can't be decoded. The message is the one that
 * Go's decoders give; whoever answers the request puts its own words in front.
 */
export class DecodingError extends Error {
  override readonly name: string = 'DecodingError';
}
