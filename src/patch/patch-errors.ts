import { invalid } from '../apimachinery/field-error.js';
import { badRequest, invalidObject, plainError, requestEntityTooLarge, StatusError } from '../apimachinery/status.js';

/**
 * Every way in which a JSON, merge or strategic merge patch fails, in the order
 * of the real server's steps (Go: apiserver/pkg/endpoints/handlers, patch.go).
 * All of them happen after the object was found: a patch of a missing object is
 * 404 before its body is looked at.
 *
 * | step | what is wrong | answer |
 * | --- | --- | --- |
 * | body, JSON and merge | unreadable or of the wrong shape, with Warn or Strict | 400 `error decoding patch: …` |
 * | body, JSON | the same with Ignore | 400 with the decoder's text alone |
 * | body, merge | the same with Ignore; `null` always | 400 `Invalid JSON Patch` |
 * | body, strategic | unreadable or not an object | 400 with the decoder's text alone |
 * | body, JSON | more than 10,000 operations | 413 |
 * | apply, JSON | any operation fails, copies grow too large | 422 with a constant text, `patchRejected` |
 * | apply, strategic | a directive of the wrong form, a custom resource | 400, `badRequest` |
 * | apply, strategic | lists of lists | 422 constant text |
 * | apply, strategic | anything else | 500 with the bare text and no reason, `patchBroken` |
 * | decode | the result doesn't fit the type | 422 on `patch`, `patchResultInvalid` |
 * | decode | unknown or repeated fields, with Strict | 422 on `patch`, `patchResultInvalid` with `strictDecodingError` |
 * | decode | the same with Warn | one warning a fault, no error |
 *
 * The strict faults of the body (`strictErrors` of what the decoders here give)
 * come before those of the decode step, both in one list; if the decode step
 * fails outright they are dropped. 415 for a media type that the resource
 * doesn't take is given before any of this.
 *
 * The decode step after a JSON or merge patch reads the result like a body: its
 * own kind and apiVersion choose the type (a ConfigMap patched to kind Secret
 * fails as a Secret), and the detail is the decoder's bare text, as in `json:
 * cannot unmarshal string into Go struct field ConfigMap.data of type
 * map[string]string`. After a strategic merge patch the type stays that of the
 * request, whatever kind the patch says, and the texts are those of
 * `fromUnstructured`. Then come defaults, the comparison of name and namespace with
 * the URL (400), the resourceVersion (409), admission and validation (422 with
 * the object's own kind and name), as for any update.
 */

/** 422 without a word about what was wrong; `why` stays on this side, for logs and tests. */
export function patchRejected(why: string): StatusError {
  const error = new StatusError({
    code: 422,
    reason: 'Invalid',
    message: 'the server rejected our request due to an error in our request',
    details: {},
  });
  error.cause = why;
  return error;
}

/** 500 without a reason: what the real server makes of an error that it has no class for. */
export function patchBroken(text: string): StatusError {
  return plainError(500, text);
}

/** 400 for a merge patch that is no merge patch. */
export function notAMergePatch(): StatusError {
  return badRequest('Invalid JSON Patch');
}

/** 413 for a JSON patch that is too long. */
export function tooManyOperations(max: number, count: number): StatusError {
  return requestEntityTooLarge(
    `Request entity too large: The allowed maximum operations in a JSON patch is ${String(max)}, got ${String(count)}`,
  );
}

/**
 * 422 on the field `patch`: the patched object doesn't decode.
 *
 * @param shown what the real server prints as the value: after a JSON or merge
 *   patch the patched object (`printJson`, whose keys are in the order of the
 *   functions' result), after a strategic merge patch `strategicMergePatchText`.
 * @param detail the decoder's text, or `strictDecodingError` of all faults.
 */
export function patchResultInvalid(shown: string, detail: string): StatusError {
  return invalidObject({ group: '', kind: '' }, '', [invalid('patch', shown, detail)]);
}

/** All strict faults as one text (Go: runtime.NewStrictDecodingError). */
export function strictDecodingError(faults: readonly string[]): string {
  return `strict decoding error: ${faults.join(', ')}`;
}
