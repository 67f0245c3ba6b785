import boundaries from 'eslint-plugin-boundaries';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import { importX } from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';
import { pure, rooms } from './eslint.rooms.js';

const sdk = ['@aws-sdk/*', '@smithy/*'];
const onlyAws = { group: sdk, message: 'Only src/aws imports the SDK.' };
const noNode = { group: ['node:*', '!node:crypto'], message: 'A pure room asks nothing of the machine.' };

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', '.venv/**', 'fixtures/**', 'coverage/**', 'src/trail/wasm/**', '**/*.wasm.ts'] },
  {
    files: ['src/**/*.ts', 'test/**/*.ts', 'bench/**/*.ts'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.json' } },
    rules: {
      // An unawaited effect is an unjournalled one.
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    files: ['src/**/*.ts'],
    plugins: { boundaries, 'import-x': importX },
    settings: {
      'import/resolver': { typescript: true },
      'import-x/resolver-next': [createTypeScriptImportResolver()],
      'import-x/extensions': ['.ts'],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] },
      'boundaries/include': ['src/**/*.ts'],
      'boundaries/dependency-nodes': ['import', 'export', 'dynamic-import'],
      // The longest path first: the first that matches is the file's room.
      'boundaries/elements': Object.keys(rooms)
        .sort((a, b) => b.length - a.length)
        .map((type) => ({ type, pattern: `src/${type}`, partialMatch: false })),
    },
    rules: {
      'boundaries/dependencies': [
        'error',
        {
          default: 'disallow',
          message: '{{from.element.type}} may not import this: see eslint.rooms.js',
          policies: [
            ...Object.keys(rooms).map((type) => ({
              from: { element: { type } },
              allow: { to: { element: { type } } },
            })),
            ...Object.entries(rooms)
              .filter(([, others]) => others.length > 0)
              .map(([type, others]) => ({
                from: { element: { type } },
                allow: { to: { element: { types: { anyOf: others }, fileInternalPath: 'index.ts' } } },
              })),
          ],
        },
      ],
      'import-x/no-cycle': 'error',
    },
  },
  { files: ['src/**/*.ts'], ignores: ['src/aws/**'], rules: { 'no-restricted-imports': ['error', { patterns: [onlyAws] }] } },
  {
    files: pure.map((room) => `src/${room}/**/*.ts`).concat('src/contain/plan/**/*.ts'),
    rules: { 'no-restricted-imports': ['error', { patterns: [onlyAws, noNode] }] },
  },
  {
    // Only `change` makes a change: a cast would take what AWS's types refuse.
    files: ['src/**/*.ts'],
    ignores: ['src/aws/changes.ts', 'src/model/aws-call.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: 'TSAsExpression > TSTypeReference[typeName.name=/^(Change|AwsCall|Action)$/]',
          message: 'Make it with `change` (src/aws).',
        },
      ],
    },
  },
  {
    // The attacker of a rehearsal calls the range with a client that nobody here wrote: the unmodified SDK.
    files: ['src/rehearsal/attacker/**/*.ts'],
    rules: { 'no-restricted-imports': 'off' },
  },
);
