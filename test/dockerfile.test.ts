import { readFileSync } from 'node:fs';
import { validate } from 'dockerfile-utils';
import { describe, expect, it } from 'vitest';

const text = readFileSync('Dockerfile', 'utf8');

describe('the Dockerfile', () => {
  it('has no fault that its linter knows', () => {
    expect(validate(text).map(({ message }) => message)).toEqual([]);
  });

  it('runs as somebody without rights, and names the port', () => {
    const last = text.slice(text.lastIndexOf('FROM '));
    expect(last).toMatch(/^USER node$/m);
    expect(last).toMatch(/^EXPOSE 6443$/m);
    expect(last).not.toMatch(/npm (ci|install)/);
  });

  it('copies everything that the build reads', () => {
    for (const folder of ['scripts', 'openapi', 'fixtures', 'src']) expect(text).toContain(`COPY ${folder} ${folder}`);
  });
});
