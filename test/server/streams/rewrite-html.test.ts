import { expect, it } from 'vitest';
import { rewriteHtml } from '../../../src/server/streams/rewrite-html.js';

const cases: readonly (readonly [what: string, page: string, rewritten: string])[] = [
  ['links', '<a href="/x">y</a>', '<a href="/p/x">y</a>'],
  ['quotes of either kind or none', `<a href='/x'><img src=/y>`, '<a href="/p/x"><img src="/p/y">'],
  ['only attributes that hold URLs', '<a id="/x" title="/y">z</a>', '<a id="/x" title="/y">z</a>'],
  [
    'other attributes of a rewritten tag kept',
    '<form method=post action="/x" novalidate>',
    '<form method="post" action="/p/x" novalidate="">',
  ],
  ['comments and text left alone', '<!-- <a href="/x"> --> a < b & <1', '<!-- <a href="/x"> --> a < b & <1'],
  ['elements that close themselves', '<link href="/s.css"/>', '<link href="/p/s.css"/>'],
  ['tags that never end', '<p>a<a href="/x', '<p>a<a href="/x'],
];

it.each(cases)('rewrites URLs: %s', (_what, page, rewritten) => {
  expect(rewriteHtml(page, (url) => (url.startsWith('/') ? `/p${url}` : url))).toBe(rewritten);
});

it('takes time in proportion to the page, however broken it is', () => {
  const page = '<a href="'.repeat(50_000);
  const begun = performance.now();
  expect(rewriteHtml(page, (url) => url)).toHaveLength(page.length);
  expect(performance.now() - begun).toBeLessThan(1000);
});
