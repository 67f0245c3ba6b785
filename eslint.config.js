import tseslint from 'typescript-eslint';

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
    // Only the aws room talks to AWS; the range reads AWS's models and never the SDK.
    files: ['src/**/*.ts'],
    ignores: ['src/aws/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ group: ['@aws-sdk/*', '@smithy/*'], message: 'Only src/aws imports the SDK.' }] },
      ],
    },
  },
  {
    files: ['src/range/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { group: ['@aws-sdk/*', '@smithy/*'], message: 'The range is written from the service models, not from the SDK.' },
            { regex: '\\.\\./(aws|trail|detect|playbook|contain|cloudfront|report)/', message: 'The range shares nothing with the product.' },
          ],
        },
      ],
    },
  },
  {
    // The attacker of a rehearsal calls the range with a client that nobody here wrote: the unmodified SDK.
    files: ['src/range/rehearsal/attacker*.ts'],
    rules: { 'no-restricted-imports': 'off' },
  },
);
