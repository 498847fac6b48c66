import { expect, it } from 'vitest';
import { startCluster } from '../../src/cluster.js';

/** What stands before every message that is wrapped as runtime.Unknown. */
const MAGIC = Buffer.from('k8s\0');

it('streams metadata alone in protobuf to those who ask for it', async () => {
  await using cluster = await startCluster({ nodes: 0, controllers: ['-*'], insecurePort: 0 });
  const query = 'watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=1';
  const response = await fetch(`${cluster.insecureUrl ?? ''}/apis/apiregistration.k8s.io/v1/apiservices?${query}`, {
    headers: { accept: 'application/vnd.kubernetes.protobuf;as=PartialObjectMetadata;g=meta.k8s.io;v=v1' },
  });
  expect(response.headers.get('content-type')).toBe('application/vnd.kubernetes.protobuf;stream=watch');
  const body = Buffer.from(await response.arrayBuffer());
  const frames: Buffer[] = [];
  for (let at = 0; at < body.length;) {
    const length = body.readUInt32BE(at);
    frames.push(body.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  expect(frames.length).toBeGreaterThan(10);
  for (const frame of frames) expect(frame.includes(MAGIC) && frame.includes('PartialObjectMetadata')).toBe(true);
  expect(frames.at(-1)?.includes('k8s.io/initial-events-end')).toBe(true);
});
