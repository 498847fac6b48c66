import { expect, it } from 'vitest';
import { parseImages } from '../../../src/nodes/images/image-file.js';
import { ImageStore } from '../../../src/nodes/images/image-store.js';

const FILE = `
- names: [shop]
  ports: [{ port: 8080, routes: [{ path: /healthz, body: fine }] }]
- names: [team/*]
  pullError: denied
`;

it('reads images from a file, which come before those that are built in', () => {
  const store = new ImageStore(parseImages(FILE));
  expect(store.find('registry.example:5000/shop:1').image.ports?.[0]?.port).toBe(8080);
  expect(store.pull('team/a:2')).toEqual({ reason: 'ErrImagePull', message: 'denied' });
  expect(store.find('docker.io/library/nginx:1.21')).toMatchObject({ isKnown: true });
  expect(store.find('nobody/knows')).toMatchObject({ isKnown: false });
});

it('says which entry is wrong', () => {
  expect(() => parseImages('- names: [a]\n- ports: []\n')).toThrow('image 2 has no list of names');
});
