import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/**
 * What a folder of src may import from other folders, as ARCHITECTURE.md says.
 * `apimachinery` and `schema` know nothing above them; nothing reaches around a layer.
 */
const MAY_IMPORT = {
  apimachinery: ['schema'],
  schema: ['apimachinery'],
  cel: ['schema', 'apimachinery'],
  storage: [],
  patch: ['schema', 'apimachinery'],
  webhook: ['schema', 'apimachinery', 'registry', 'storage'],
  admission: ['schema', 'apimachinery', 'cel', 'component-helpers', 'patch', 'registry', 'client', 'auth', 'storage', 'webhook'],
  auth: ['schema', 'apimachinery', 'component-helpers', 'registry', 'storage'],
  registry: ['schema', 'apimachinery', 'cel', 'component-helpers', 'patch', 'admission', 'storage', 'auth'],
  discovery: ['schema', 'apimachinery', 'registry'],
  extensions: ['schema', 'apimachinery', 'cel', 'patch', 'admission', 'storage', 'registry', 'client', 'webhook'],
  client: ['schema', 'apimachinery', 'registry', 'storage'],
  bootstrap: ['schema', 'apimachinery', 'client', 'registry', 'storage', 'auth'],
  'component-helpers': ['schema', 'apimachinery', 'client'],
  controllers: ['schema', 'apimachinery', 'client', 'component-helpers'],
  scheduler: ['schema', 'apimachinery', 'cel', 'client', 'component-helpers'],
  // Of registry only types: what the API server asks of a kubelet.
  nodes: ['schema', 'apimachinery', 'client', 'component-helpers', 'patch', 'registry'],
  server: ['schema', 'apimachinery', 'auth', 'registry', 'discovery', 'storage'],
};
const FOLDERS = [...Object.keys(MAY_IMPORT), 'cli', 'double'];

const layers = Object.entries(MAY_IMPORT).map(([folder, allowed]) => ({
  files: [`src/${folder}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            group: FOLDERS.filter((other) => other !== folder && !allowed.includes(other)).flatMap((other) => [
              `../${other}/*`,
              `../../${other}/*`,
              `../../../${other}/*`,
              `../**/${other}/**`,
            ]),
            message: `src/${folder} may only import from: ${allowed.join(', ') || 'nothing'} (see ARCHITECTURE.md)`,
          },
          {
            group: ['../cluster.js', '../index.js', '../../cluster.js', '../../index.js'],
            message: 'only the front door puts parts together',
          },
        ],
      },
    ],
  },
}));

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', 'src/schema/generated/**', 'src/cel/grammar/generated/**', 'coverage/**'] },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  {
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-non-null-assertion': 'error',
      'no-restricted-syntax': [
        'error',
        {
          selector: "CallExpression[callee.name='RegExp'] , NewExpression[callee.name='RegExp']",
          message: 'a pattern made at run time may be a user’s: use re2js',
        },
      ],
      'no-console': 'error',
    },
  },
  {
    files: ['scripts/**', 'test/**', 'eslint.config.js', '*.config.ts'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        Buffer: 'readonly',
        performance: 'readonly',
        setTimeout: 'readonly',
        structuredClone: 'readonly',
      },
    },
    rules: { 'no-console': 'off', 'no-restricted-syntax': 'off', '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  ...layers,
);
