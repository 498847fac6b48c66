import { describe, expect, it } from 'vitest';
import { statusBody } from '../../src/apimachinery/status.js';
import { patchBroken, patchRejected, patchResultInvalid, strictDecodingError, tooManyOperations } from '../../src/patch/patch-errors.js';

describe('the errors of patches', () => {
  it('have the bodies that the real server gives', () => {
    expect(statusBody(patchRejected('test failed').status)).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'the server rejected our request due to an error in our request',
      reason: 'Invalid',
      details: {},
      code: 422,
    });
    expect(statusBody(patchBroken('words').status)).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'words',
      code: 500,
    });
    expect(tooManyOperations(10, 11).status).toMatchObject({ code: 413, reason: 'RequestEntityTooLarge' });
  });

  it('quote the value on the field patch', () => {
    const { status } = patchResultInvalid('{"a":"b"}', strictDecodingError(['duplicate field "a"', 'unknown field "b"']));
    const message = 'Invalid value: "{\\"a\\":\\"b\\"}": strict decoding error: duplicate field "a", unknown field "b"';
    expect(statusBody(status)).toMatchObject({
      code: 422,
      reason: 'Invalid',
      message: ` "" is invalid: patch: ${message}`,
      details: { causes: [{ reason: 'FieldValueInvalid', message, field: 'patch' }] },
    });
  });
});
